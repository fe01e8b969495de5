package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A body that is a stream is sent piece by piece. */
class StreamedBodyTest {
  private static final byte[] MUCH = new byte[5_000_001];
  private static final AtomicInteger OPEN = new AtomicInteger();
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
              from("platform-http:/text").setBody(constant("text"));
              from("platform-http:/none").process(e -> body(e, InputStream.nullInputStream()));
              from("platform-http:/endless").process(e -> body(e, new Endless()));
              from("platform-http:/broken")
                  .process(e -> body(e, new SequenceInputStream(text("begun"), new Broken())));
              from("platform-http:/unused/empty").process(e -> body(e, new Tracked(text(""))));
              from("platform-http:/unused/missing")
                  .process(e -> body(e, new Tracked(text(""))))
                  .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(404));
              from("platform-http:/unused/broken").process(e -> body(e, new Tracked(new Broken())));
              from("platform-http:/unused/failed")
                  .process(e -> body(e, new Tracked(text("text"))))
                  .throwException(new IllegalStateException("failed later"));
              from("platform-http:/unused/header")
                  .process(e -> body(e, new Tracked(text("text"))))
                  .setHeader("X-Note", constant("a\nb"));
              from("platform-http:/quiet").process(e -> body(e, new Tracked(new Quiet(""))));
              from("platform-http:/quiet/later").process(e -> body(e, new Tracked(new Quiet("x"))));
            }

            private void body(Exchange exchange, InputStream body) {
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

  /** Counts the streams that are open. */
  private static final class Tracked extends FilterInputStream {
    private final AtomicBoolean open = new AtomicBoolean(true);

    Tracked(InputStream source) {
      super(source);
      OPEN.incrementAndGet();
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (open.getAndSet(false)) {
        OPEN.decrementAndGet();
      }
    }
  }

  /** Gives its text, then nothing until it is closed. */
  private static final class Quiet extends InputStream {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final InputStream text;

    Quiet(String text) {
      this.text = text(text);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      int read = text.read(into, at, length);
      if (read < 0) {
        try {
          closed.await();
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }
      return read;
    }

    @Override
    public void close() {
      closed.countDown();
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
      ask(caller, "/endless");
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

  private static void ask(Socket caller, String path) throws IOException {
    String request =
        "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, HttpServer.KEY);
    caller.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void silent_streams_delay_no_other_request_and_one_too_many_is_refused() throws Exception {
    List<Socket> callers = new ArrayList<>();
    try {
      // Given
      for (int i = 0; i < HttpServer.LIMITS.streams() - HttpServer.LIMITS.streams() / 4; i++) {
        Socket caller = new Socket("127.0.0.1", SERVER.port());
        callers.add(caller);
        ask(caller, i % 2 == 0 ? "/quiet" : "/quiet/later");
      }
      await().until(() -> OPEN.get() == callers.size());

      // When
      HttpResponse<String> refused = SERVER.get("/quiet");

      // Then
      var problem = ProblemAnswers.assertProblem(refused, 429, "LIMIT_REACHED");
      assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
      assertThat(problem.path("detail").asText()).contains("30", "caravanserai.http.streams");
      assertThat(SERVER.get("/none").statusCode()).isEqualTo(429);
      assertThat(SERVER.send(SERVER.anonymous("/observe/health")).statusCode()).isEqualTo(200);
      assertThat(SERVER.get("/text").body()).isEqualTo("text");
      assertThat(SERVER.get("/unused/failed").statusCode()).as("its own failure").isEqualTo(500);
      await().until(() -> OPEN.get() == callers.size());
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
    await().until(() -> OPEN.get() == 0 && SERVER.inflight() == 0);
    assertThat(SERVER.get("/none").statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({"empty, 204", "missing, 404", "broken, 500", "failed, 500", "header, 500"})
  void stream_that_is_not_sent_is_closed(String path, int status) {
    assertThat(SERVER.get("/unused/" + path).statusCode()).isEqualTo(status);
    await().until(() -> OPEN.get() == 0 && SERVER.inflight() == 0);
  }

  @Test
  void shutdown_waits_until_a_stream_has_been_sent() throws Exception {
    // Given
    AtomicReference<CamelContext> camel = new AtomicReference<>();
    InputStream late =
        new InputStream() {
          @Override
          public int read() {
            await().until(() -> camel.get().isStopping());
            return -1;
          }
        };
    RouteBuilder routes =
        new RouteBuilder() {
          @Override
          public void configure() {
            camel.set(getContext());
            from("platform-http:/late")
                .process(
                    e ->
                        e.getMessage()
                            .setBody(
                                new SequenceInputStream(
                                    text("begun "),
                                    new SequenceInputStream(late, text("and ended")))));
          }
        };
    try (HttpServer server = HttpServer.with(routes)) {
      // When
      HttpResponse<InputStream> answer =
          server.client().send(server.request("/late").build(), BodyHandlers.ofInputStream());
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);

      // Then
      assertThat(answer.body().readAllBytes()).isEqualTo("begun and ended".getBytes());
      closed.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void stream_that_breaks_off_does_not_look_complete() {
    assertThatThrownBy(
            () -> SERVER.client().send(SERVER.request("/broken").build(), BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
  }
}
