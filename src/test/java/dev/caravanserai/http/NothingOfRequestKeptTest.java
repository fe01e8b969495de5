package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.session.Principal;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Nothing of a request stays in memory after its end, while connections may idle for long. */
class NothingOfRequestKeptTest {
  private static final HttpLimits LONG_IDLE =
      new HttpLimits(100_000, Duration.ofHours(1), Duration.ofHours(1), 30, 1_000_000, 20);

  private final Queue<WeakReference<?>> seen = new ConcurrentLinkedQueue<>();

  @AutoClose
  private final HttpServer server =
      HttpServer.with(
          LONG_IDLE,
          new RouteBuilder() {
            @Override
            public void configure() {
              from("platform-http:/size").process(e -> see(e)).setBody(constant("read"));
              from("platform-http:/hold")
                  .process(e -> see(e))
                  .process(
                      e ->
                          e.getProperty(Caller.GONE, CompletionStage.class)
                              .toCompletableFuture()
                              .join());
            }
          });

  private void see(Exchange exchange) {
    for (Object object :
        List.of(exchange.getMessage().getBody(), exchange.getProperty(Principal.PROPERTY))) {
      seen.add(new WeakReference<>(object));
    }
  }

  private Socket post(String path) throws IOException {
    Socket caller = new Socket("127.0.0.1", server.port());
    String request =
        "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 9\r\n\r\n123456789"
            .formatted(path, HttpServer.KEY);
    caller.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return caller;
  }

  private void awaitNothingKept() {
    await()
        .until(
            () -> {
              System.gc();
              return seen.stream().allMatch(object -> object.get() == null);
            });
  }

  @Test
  void request_whose_caller_leaves_is_not_kept() throws Exception {
    try (Socket caller = post("/hold")) {
      await().until(() -> seen.size() == 2);
    }
    awaitNothingKept();
  }

  @Test
  void request_that_has_been_answered_is_not_kept_by_its_idle_connection() throws Exception {
    try (Socket caller = post("/size")) {
      assertThat(caller.getInputStream().readNBytes(12)).asString().endsWith("200");
      assertThat(seen).hasSize(2);
      awaitNothingKept();
    }
  }
}
