package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of a connection are passed on one at a time. */
class RequestQueueTest {
  private final RequestQueue queue = new RequestQueue();
  private final EmbeddedChannel channel = new EmbeddedChannel(queue);

  private void receive(String path) {
    channel.writeInbound(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path),
        new DefaultHttpContent(Unpooled.copiedBuffer(path.getBytes(StandardCharsets.US_ASCII))),
        LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static DefaultFullHttpResponse response(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
  }

  private void assertPassed(String path) {
    assertThat(channel.<HttpRequest>readInbound().uri()).isEqualTo(path);
    assertThat(channel.<HttpContent>readInbound().content().toString(StandardCharsets.US_ASCII))
        .isEqualTo(path);
    assertThat(channel.<HttpContent>readInbound()).isInstanceOf(LastHttpContent.class);
  }

  @Test
  void next_request_waits_until_the_response_has_been_written_to_the_socket() {
    // Given
    receive("/1");
    receive("/2");
    receive("/3");
    assertPassed("/1");
    assertThat(channel.<Object>readInbound()).isNull();

    // When
    channel.write(response(HttpResponseStatus.OK));
    channel.runPendingTasks();
    assertThat(channel.<Object>readInbound()).as("not flushed").isNull();
    channel.flush();
    channel.runPendingTasks();

    // Then
    assertPassed("/2");
    assertThat(channel.<Object>readInbound()).isNull();
    channel.writeAndFlush(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    channel.runPendingTasks();
    assertThat(channel.<Object>readInbound()).isNull();
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    channel.runPendingTasks();
    assertPassed("/3");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void request_after_the_response_does_not_wait() {
    // Given
    receive("/1");
    assertPassed("/1");

    // When
    channel.writeAndFlush(response(HttpResponseStatus.OK));
    receive("/2");

    // Then
    assertPassed("/2");
  }

  @Test
  void interim_response_is_not_the_end_of_a_request() {
    // Given
    receive("/1");
    receive("/2");
    assertPassed("/1");

    // When
    channel.writeAndFlush(response(HttpResponseStatus.CONTINUE));
    channel.runPendingTasks();

    // Then
    assertThat(channel.<Object>readInbound()).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_follows_the_last_request_of_a_connection_is_released(boolean answeredFirst) {
    // Given
    var last = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/1");
    last.headers().set("Connection", "close");
    var body = Unpooled.copiedBuffer("text".getBytes(StandardCharsets.US_ASCII));
    Runnable further =
        () ->
            channel.writeInbound(
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/2"),
                new DefaultHttpContent(body),
                LastHttpContent.EMPTY_LAST_CONTENT);
    channel.writeInbound(last);
    if (!answeredFirst) {
      channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
      further.run();
    }

    // When
    channel.writeAndFlush(response(HttpResponseStatus.OK));
    channel.runPendingTasks();
    if (answeredFirst) {
      channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
      further.run();
    }

    // Then
    assertThat(channel.<HttpRequest>readInbound().uri()).isEqualTo("/1");
    assertThat(channel.<Object>readInbound()).isInstanceOf(LastHttpContent.class);
    assertThat(channel.<Object>readInbound()).isNull();
    assertThat(body.refCnt()).isZero();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void response_that_ends_the_connection_is_the_last() {
    // Given
    receive("/1");
    receive("/2");
    assertPassed("/1");

    // When
    var refusal = response(HttpResponseStatus.UNAUTHORIZED);
    refusal.headers().set("Connection", "close");
    channel.writeAndFlush(refusal);
    channel.runPendingTasks();
    receive("/3");

    // Then
    assertThat(channel.<Object>readInbound()).isNull();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void response_that_cannot_be_written_ends_the_connection() {
    // Given
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(
                  ChannelHandlerContext context, Object message, ChannelPromise done) {
                done.setFailure(new IOException("reset"));
              }
            });
    receive("/1");

    // When
    channel.write(response(HttpResponseStatus.OK));

    // Then
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void what_arrives_after_the_end_of_the_connection_is_released() {
    // Given
    var body = Unpooled.copiedBuffer("text".getBytes(StandardCharsets.US_ASCII));
    ChannelHandlerContext context = channel.pipeline().context(queue);

    // When
    channel.close();
    queue.channelRead(context, new DefaultHttpContent(body));

    // Then
    assertThat(body.refCnt()).isZero();
  }

  @Test
  void only_what_waits_is_counted() {
    // Given
    receive("/1");
    receive("/2");

    // When, Then
    for (int i = 3; i < 1000; i++) {
      receive("/" + i);
      assertThat(queue.bytes()).isBetween(400L, 420L);
      channel.writeAndFlush(response(HttpResponseStatus.OK));
      channel.runPendingTasks();
    }
    channel.writeAndFlush(response(HttpResponseStatus.OK));
    channel.runPendingTasks();
    assertThat(queue.bytes()).isZero();
  }

  @Test
  void requests_that_wait_are_released_when_the_connection_ends() {
    // Given
    var body = Unpooled.copiedBuffer("text".getBytes(StandardCharsets.US_ASCII));
    receive("/1");
    channel.writeInbound(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/2"),
        new DefaultHttpContent(body));

    // When
    channel.close();
    channel.runPendingTasks();

    // Then
    assertThat(body.refCnt()).isZero();
    assertThat(queue.isEmpty()).isTrue();
  }
}
