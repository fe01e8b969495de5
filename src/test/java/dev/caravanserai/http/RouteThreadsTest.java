package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

/** A route that blocks does not stop the server. */
class RouteThreadsTest {
  private static final int THREADS = HttpServer.LIMITS.routeThreads();
  private static final int TOO_MANY = 5;

  private final CountDownLatch blocked = new CountDownLatch(THREADS);
  private final CountDownLatch release = new CountDownLatch(1);

  private final class Slow extends RouteBuilder {
    @Override
    public void configure() {
      from("platform-http:/slow")
          .process(
              e -> {
                blocked.countDown();
                release.await();
              })
          .setBody(constant("done"));
    }
  }

  @Test
  void routes_that_block_every_thread_delay_neither_the_api_nor_health() throws Exception {
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
