package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A route is notified that its caller disconnected. */
class CallerTest {
  /** As docs/api.md says; a busy machine may need more. */
  private static final Duration PROMISED = Duration.ofSeconds(40);

  private final Waiting waiting = new Waiting();
  private HttpServer server;

  /** Responds when the test says so, or when the caller has disconnected. */
  private static final class Waiting extends AsyncProcessorSupport {
    final List<CompletableFuture<Void>> gone = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> open = new CompletableFuture<>();

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      var left = exchange.getProperty(Caller.GONE, CompletionStage.class).toCompletableFuture();
      gone.add(left.thenApply(nothing -> null));
      CompletableFuture.anyOf(left, open).thenRunAsync(() -> callback.done(false));
      return false;
    }
  }

  @BeforeEach
  void start() {
    server =
        HttpServer.with(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("platform-http:/wait").process(waiting).setBody().constant("through");
              }
            });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100})
  void closed_connection_is_a_disconnect(int pipelined) throws IOException {
    // Given
    try (var caller = call()) {
      for (int i = 0; i < pipelined; i++) {
        caller.getOutputStream().write(request());
      }
      await().until(() -> waiting.gone.size() == 1);
      assertThat(waiting.gone.get(0)).isNotDone();

      // When
      caller.close();

      // Then
      await().until(() -> waiting.gone.get(0).isDone());
      await().until(() -> server.inflight() == 0);
    }
  }

  @Test
  void connection_closed_after_the_response_is_not_a_disconnect() throws IOException {
    // Given
    waiting.open.complete(null);

    // When
    try (var caller = call()) {
      assertThat(new String(caller.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
    }

    // Then
    await().until(() -> server.inflight() == 0);
    assertThat(server.get("/wait").body()).isEqualTo("through");
    assertThat(waiting.gone).hasSize(2).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void silently_lost_connection_is_a_disconnect() throws Exception {
    // Given
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root for TCP_REPAIR");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3");
    String vanish =
        """
        import socket, sys
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        s.sendall(sys.argv[2].encode())
        sys.stdin.read()
        TCP_REPAIR = 19
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        s.close()
        """;
    Process python =
        new ProcessBuilder(
                "python3", "-c", vanish, String.valueOf(uri().getPort()), new String(request()))
            .start();
    await().until(() -> waiting.gone.size() == 1);
    assertThat(waiting.gone.get(0)).isNotDone();

    // When
    python.getOutputStream().close();

    // Then
    assertThat(python.waitFor()).isZero();
    await().atMost(PROMISED.plusSeconds(60)).until(() -> waiting.gone.get(0).isDone());
  }

  private Socket call() throws IOException {
    var socket = new Socket("127.0.0.1", uri().getPort());
    socket.getOutputStream().write(request());
    return socket;
  }

  private static byte[] request() {
    return ("GET /wait HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer "
            + HttpServer.KEY
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private URI uri() {
    return server.request("/wait").build().uri();
  }
}
