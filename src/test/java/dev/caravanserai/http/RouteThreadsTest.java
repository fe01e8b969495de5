package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

/** A route that blocks does not stop the server. */
class RouteThreadsTest {
  private static final int THREADS = HttpServer.LIMITS.routeThreads();
  private static final int TOO_MANY = 5;

  private final CountDownLatch blocked = new CountDownLatch(THREADS);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger started = new AtomicInteger();

  private final class Slow extends RouteBuilder {
    @Override
    public void configure() {
      from("platform-http:/slow")
          .process(
              e -> {
                started.incrementAndGet();
                blocked.countDown();
                release.await();
              })
          .setBody(constant("done"));
      from("platform-http:/other").process(e -> e.getMessage().setBody("done"));
    }
  }

  @Test
  void route_that_blocks_all_its_threads_delays_neither_another_route_nor_the_api_nor_health()
      throws Exception {
    try (ApiServer api = new ApiServer(new Slow())) {
      try {
        // Given
        HttpServer server = api.server();
        List<CompletableFuture<HttpResponse<String>>> callers =
            Stream.generate(() -> slow(server)).limit(THREADS + TOO_MANY).toList();
        blocked.await();

        // When
        List<HttpRequest.Builder> others =
            List.of(
                server.request("/other"),
                server.request("/v1/sessions"),
                server
                    .request("/v1/sessions")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}")),
                server.request("/v1/docs"),
                server.anonymous("/observe/health"),
                server.anonymous("/observe/metrics"));

        // Then
        for (HttpRequest.Builder other : others) {
          var answer = server.send(other.timeout(Duration.ofMinutes(2)));
          assertThat(answer.statusCode()).as(answer.uri().getPath()).isIn(200, 201);
        }
        await().until(() -> callers.stream().filter(CompletableFuture::isDone).count() == TOO_MANY);
        callers.stream()
            .filter(CompletableFuture::isDone)
            .map(CompletableFuture::join)
            .forEach(RouteThreadsTest::assertRefused);
        release.countDown();
        assertThat(callers.stream().filter(caller -> caller.join().statusCode() == 200))
            .hasSize(THREADS);
        assertThat(slow(server).join().body()).isEqualTo("done");
        await().until(() -> server.inflight() == 0);
      } finally {
        release.countDown();
      }
    }
  }

  @Test
  void request_whose_caller_leaves_before_a_thread_is_free_is_not_started() throws Exception {
    try (ApiServer api = new ApiServer(new Slow())) {
      try {
        // Given
        HttpServer server = api.server();
        Stream.generate(() -> slow(server)).limit(THREADS).toList();
        blocked.await();

        // When
        try (Socket caller = new Socket("127.0.0.1", server.port())) {
          caller
              .getOutputStream()
              .write(
                  "GET /slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                      .formatted(HttpServer.ROUTER)
                      .getBytes(StandardCharsets.US_ASCII));
        }
        await().until(() -> server.get("/observe/metrics").body().contains("status=\"left\""));
        release.countDown();

        // Then
        assertThat(slow(server).join().body()).isEqualTo("done");
        assertThat(started).hasValue(THREADS + 1);
      } finally {
        release.countDown();
      }
    }
  }

  @Test
  void request_behind_a_thousand_others_is_refused_at_once() throws Exception {
    RouteThreads threads = new RouteThreads(HttpServer.LIMITS);
    Vertx vertx = Vertx.vertx();
    try {
      // Given
      Stream.generate(() -> waiting(release)).limit(THREADS + 1000).forEach(threads::execute);
      var failure = new CompletableFuture<Optional<Throwable>>();
      Router router = Router.router(vertx);
      router
          .route()
          .handler(
              ctx -> {
                threads.start(ctx, () -> {}, () -> {});
                failure.complete(Optional.ofNullable(ctx.failure()));
              });
      var http = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1");
      int port = http.toCompletionStage().toCompletableFuture().join().actualPort();

      // When
      try (Socket caller = new Socket("127.0.0.1", port)) {
        caller
            .getOutputStream()
            .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        // Then
        assertThat(failure.get().orElseThrow()).hasMessageContaining("was not started");
      }
    } finally {
      release.countDown();
      threads.close();
      vertx.close();
    }
  }

  private static Runnable waiting(CountDownLatch end) {
    return () -> {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private static CompletableFuture<HttpResponse<String>> slow(HttpServer server) {
    HttpRequest.Builder request =
        server.anonymous("/slow").header("Authorization", "Bearer " + HttpServer.ROUTER);
    return server.client().sendAsync(request.build(), BodyHandlers.ofString());
  }

  private static void assertRefused(HttpResponse<String> answer) {
    var problem = ProblemAnswers.assertProblem(answer, 429, "LIMIT_REACHED");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(problem.path("detail").asText()).contains("20 threads", "caravanserai.threads");
  }
}
