package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A body that is a stream is sent piece by piece. */
class StreamedBodyTest {
  private static final byte[] MUCH = new byte[5_000_001];
  private static final AtomicLong READ = new AtomicLong();
  private static final AtomicBoolean CLOSED = new AtomicBoolean();

  static {
    new Random(7).nextBytes(MUCH);
  }

  @AutoClose
  private static final HttpServer SERVER =
      HttpServer.with(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("platform-http:/much").process(e -> body(e, new ByteArrayInputStream(MUCH)));
              from("platform-http:/none").process(e -> body(e, InputStream.nullInputStream()));
              from("platform-http:/endless").process(e -> body(e, new Endless()));
              from("platform-http:/broken")
                  .process(e -> body(e, new SequenceInputStream(text("begun"), new Broken())));
            }

            private void body(org.apache.camel.Exchange exchange, InputStream body) {
              exchange.getMessage().setBody(body);
            }
          });

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static final class Endless extends InputStream {
    @Override
    public int read() {
      READ.incrementAndGet();
      return 'x';
    }

    @Override
    public int read(byte[] into, int at, int length) {
      READ.addAndGet(length);
      return length;
    }

    @Override
    public void close() {
      CLOSED.set(true);
    }
  }

  private static final class Broken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("broken");
    }
  }

  @Test
  void every_byte_of_a_stream_arrives_in_chunks() throws Exception {
    // When
    var answer = SERVER.client().send(SERVER.request("/much").build(), BodyHandlers.ofByteArray());

    // Then
    assertThat(answer.body()).isEqualTo(MUCH);
    assertThat(answer.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
    await().until(() -> SERVER.inflight() == 0);
  }

  @Test
  void empty_stream_is_no_content_and_head_has_no_body() {
    var head = SERVER.send(SERVER.request("/much").method("HEAD", BodyPublishers.noBody()));
    assertThat(SERVER.get("/none").statusCode()).isEqualTo(204);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void slow_caller_holds_back_the_source_and_one_who_leaves_closes_it() throws Exception {
    try (Socket caller = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      String request =
          "GET /endless HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(HttpServer.KEY);
      caller.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(caller.getInputStream().readNBytes(12)).isEqualTo("HTTP/1.1 200".getBytes());

      // When
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(500))
          .until(() -> before.getAndSet(READ.get()) == READ.get());

      // Then
      assertThat(READ.get()).isPositive().isLessThan(64 << 20);
      assertThat(CLOSED).isFalse();
      assertThat(SERVER.inflight()).isEqualTo(1);
    }
    await().until(CLOSED::get);
    await().until(() -> SERVER.inflight() == 0);
  }

  @Test
  void stream_that_breaks_off_does_not_look_complete() {
    assertThatThrownBy(
            () -> SERVER.client().send(SERVER.request("/broken").build(), BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
  }
}
