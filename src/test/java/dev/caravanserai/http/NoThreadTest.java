package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Waiting requests hold no thread. */
class NoThreadTest {
  private static final int MANY = 300;

  /** Of a pool that runs routes; {@link HttpServer} gives it no more. */
  private static final int WORKERS = 20;

  @Test
  void requests_that_wait_hold_no_thread() {
    Gate gate = new Gate("through");
    try (HttpServer server = HttpServer.with(new EdgeRoutes(gate))) {
      hold(server, gate, server.request("/wait").build(), "/whoami", "http-route-");
    }
  }

  @Test
  void execs_that_run_hold_no_thread() {
    try (ApiServer api = new ApiServer()) {
      HttpRequest exec =
          api.server()
              .request("/v1/sessions/slow/exec")
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"command\":[\"sleep\",\"9\"]}"))
              .build();
      hold(api.server(), api.gate(), exec, "/v1/sessions/a", "vert.x-worker");
    }
  }

  /**
   * @param another that is answered meanwhile
   * @param pool names of the threads that run the route begin so
   */
  private static void hold(
      HttpServer server, Gate gate, HttpRequest request, String another, String pool) {
    // Given
    long threads = threads("");
    long workers = threads(pool);

    // When
    List<CompletableFuture<HttpResponse<String>>> answers =
        Stream.generate(() -> server.client().sendAsync(request, BodyHandlers.ofString()))
            .limit(MANY)
            .toList();

    // Then
    await().until(() -> gate.waiting() == MANY);
    assertThat(server.get(another).statusCode()).isEqualTo(200);
    await().until(() -> server.inflight() == MANY);
    assertThat(threads(pool) - workers).isLessThanOrEqualTo(WORKERS);
    assertThat(threads("") - threads).isLessThan(MANY / 3);
    gate.open();
    assertThat(answers).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
    await().until(() -> server.inflight() == 0);
  }

  private static long threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .count();
  }
}
