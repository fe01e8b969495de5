package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A body with demand is read as fast as the caller reads, and holds no thread. */
class ByteSourceBodyTest {
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final AtomicLong READ = new AtomicLong();

  /** Pieces of a test; then silent, until it is closed or ended. */
  private static class Source implements ByteSource {
    private final List<CompletableFuture<Optional<byte[]>>> pieces = new ArrayList<>();
    private final CompletableFuture<Optional<byte[]>> last = new CompletableFuture<>();
    private boolean closed;

    Source(String... pieces) {
      OPEN.incrementAndGet();
      for (String piece : pieces) {
        this.pieces.add(CompletableFuture.completedFuture(Optional.of(bytes(piece))));
      }
    }

    @Override
    public CompletionStage<Optional<byte[]>> next() {
      return pieces.isEmpty() ? last : pieces.remove(0);
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        OPEN.decrementAndGet();
        last.completeExceptionally(new CancellationException());
      }
    }

    @Override
    public boolean endless() {
      return true;
    }
  }

  private static final class Endless extends Source {
    @Override
    public CompletionStage<Optional<byte[]>> next() {
      byte[] piece = new byte[1 << 16];
      READ.addAndGet(piece.length);
      return CompletableFuture.completedFuture(Optional.of(piece));
    }
  }

  /** Many small pieces, each of which is there at once. */
  private static final class Many implements ByteSource {
    private int left = 50_000;

    @Override
    public CompletionStage<Optional<byte[]>> next() {
      return CompletableFuture.completedFuture(
          left-- > 0 ? Optional.of(bytes("x")) : Optional.empty());
    }
  }

  private static final class Routes extends RouteBuilder {
    @Override
    public void configure() {
      from("platform-http:/endless").process(e -> answer(e, new Endless()));
      from("platform-http:/silent")
          .process(e -> answer(e, new Source()))
          .setHeader("X-Own")
          .constant("1");
      from("platform-http:/begun").process(e -> answer(e, new Source("begun")));
      from("platform-http:/many")
          .process(e -> answer(e, new Many()))
          .setHeader("Content-Type")
          .constant("text/plain");
      from("platform-http:/all").process(e -> answer(e, ByteSource.of(bytes("one\ntwo\n"))));
      from("platform-http:/failed")
          .process(e -> answer(e, new Source("text")))
          .throwException(new IllegalStateException("failed later"));
      from("platform-http:/broken")
          .process(
              e -> {
                Source source = new Source("begun");
                source.last.completeExceptionally(new IOException("broken"));
                answer(e, source);
              });
      from("platform-http:/text").setBody(constant("text"));
      from("platform-http:/bare")
          .process(e -> answer(e, ByteSource.of(bytes("one\n"))))
          .removeProperties("*");
    }
  }

  @AutoClose private static final HttpServer SERVER = HttpServer.with(new Routes());

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(Exchange exchange, ByteSource body) {
    exchange.getMessage().setBody(body);
  }

  private static Socket ask(HttpServer server, String path) throws IOException {
    Socket caller = new Socket("127.0.0.1", server.port());
    String request =
        "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, HttpServer.KEY);
    caller.getOutputStream().write(bytes(request));
    return caller;
  }

  private static void assertNothingLeft() {
    await().until(() -> OPEN.get() == 0 && SERVER.inflight() == 0);
  }

  @Test
  void every_byte_arrives_and_a_source_that_is_not_sent_is_closed() {
    assertThat(SERVER.get("/all").body()).isEqualTo("one\ntwo\n");
    assertThat(SERVER.get("/failed").statusCode()).isEqualTo(500);
    assertNothingLeft();
  }

  @Test
  void stream_of_many_pieces_that_are_there_at_once_arrives_as_a_whole() {
    var answer = SERVER.send(SERVER.request("/many").timeout(Duration.ofSeconds(60)));
    assertThat(answer.body()).hasSize(50_000);
  }

  @Test
  void stream_of_a_route_that_removes_every_property_is_sent_and_gives_back_its_place() {
    for (int i = 0; i <= HttpServer.LIMITS.streams(); i++) {
      var answer = SERVER.send(SERVER.request("/bare").timeout(Duration.ofSeconds(20)));
      assertThat(answer.body()).isEqualTo("one\n");
      assertNothingLeft();
    }
  }

  @Test
  void stream_to_a_caller_with_http_1_0_ends_with_its_connection() throws Exception {
    try (Socket caller = new Socket("127.0.0.1", SERVER.port())) {
      caller.setSoTimeout(20_000);
      String request =
          "GET /all HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nAuthorization: Bearer %s\r\n\r\n";
      caller.getOutputStream().write(bytes(request.formatted(HttpServer.KEY)));
      String answer = new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).endsWith("\r\n\r\none\ntwo\n");
    }
  }

  @Test
  void head_does_not_read_the_source_so_the_connection_is_free_for_the_next_request()
      throws Exception {
    try (Socket caller = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      caller.setSoTimeout(20_000);
      String request =
          "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + HttpServer.KEY + "\r\n%s\r\n";

      // When
      caller.getOutputStream().write(bytes(request.formatted("HEAD /begun", "")));
      caller
          .getOutputStream()
          .write(bytes(request.formatted("GET /text", "Connection: close\r\n")));

      // Then
      String answers = new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers)
          .startsWith("HTTP/1.1 200 ")
          .endsWith("\r\n\r\ntext")
          .doesNotContain("begun");
    }
    assertNothingLeft();
  }

  @Test
  void slow_caller_holds_back_the_source_and_one_who_leaves_closes_it() throws Exception {
    try (Socket caller = ask(SERVER, "/endless")) {
      // Given
      assertThat(caller.getInputStream().readNBytes(12)).isEqualTo(bytes("HTTP/1.1 200"));

      // When
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(500))
          .until(() -> before.getAndSet(READ.get()) == READ.get());

      // Then
      assertThat(READ.get()).isPositive().isLessThan(32 << 20);
      assertThat(OPEN).hasValue(1);
    }
    assertNothingLeft();
  }

  @Test
  void silent_sources_send_their_head_hold_no_thread_and_leave_places_to_other_tenants()
      throws Exception {
    List<Socket> callers = new ArrayList<>();
    try {
      // Given
      int threads = threads();
      for (int i = 0; i < HttpServer.LIMITS.streams() - HttpServer.LIMITS.streams() / 4; i++) {
        callers.add(ask(SERVER, "/silent"));
      }

      // Then
      for (Socket caller : callers) {
        assertThat(caller.getInputStream().readNBytes(12)).isEqualTo(bytes("HTTP/1.1 200"));
      }
      await().until(() -> threads() <= threads + 2);
      HttpResponse<String> refused = SERVER.get("/silent");
      ProblemAnswers.assertProblem(refused, 429, "LIMIT_REACHED");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      var other = SERVER.anonymous("/all").header("Authorization", "Bearer " + HttpServer.ROUTER);
      assertThat(SERVER.send(other).statusCode()).isEqualTo(200);
      assertThat(SERVER.get("/text").body()).isEqualTo("text");
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
    assertNothingLeft();
  }

  /** Those that run something; idle ones of a pool do not count. */
  private static int threads() {
    return (int)
        Thread.getAllStackTraces().entrySet().stream()
            .filter(thread -> thread.getKey().getName().contains("http-stream"))
            .filter(
                thread ->
                    Arrays.stream(thread.getValue())
                        .noneMatch(frame -> frame.getMethodName().equals("getTask")))
            .count();
  }

  @Test
  void source_that_breaks_off_does_not_look_complete() {
    assertThatThrownBy(
            () -> SERVER.client().send(SERVER.request("/broken").build(), BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
    assertNothingLeft();
  }

  @Test
  void shutdown_ends_an_endless_source_at_once_and_not_as_if_it_were_complete() throws Exception {
    try (HttpServer server = HttpServer.with(new Routes())) {
      // Given
      HttpResponse<InputStream> answer =
          server.client().send(server.request("/begun").build(), BodyHandlers.ofInputStream());
      assertThat(answer.body().readNBytes(5)).isEqualTo(bytes("begun"));

      // When
      long before = System.nanoTime();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);

      // Then
      assertThatThrownBy(answer.body()::read).isInstanceOf(IOException.class);
      closed.get(1, TimeUnit.MINUTES);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    }
    await().until(() -> OPEN.get() == 0);
  }
}
