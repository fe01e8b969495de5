package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;
import org.apache.camel.impl.engine.PrototypeExchangeFactory;
import org.apache.camel.spi.ExchangeFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A request is answered also if its route does not start, or does not end in time. */
class RouteAnswerTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);

  /** The exchange of {@code /held} waits, that of {@code /broken} fails. */
  private final class Exchanges extends PrototypeExchangeFactory {
    Exchanges(Consumer consumer) {
      super(consumer);
    }

    @Override
    public ExchangeFactory newExchangeFactory(Consumer consumer) {
      var exchanges = new Exchanges(consumer);
      exchanges.setCamelContext(camelContext);
      return exchanges;
    }

    @Override
    public Exchange create(Endpoint from, boolean autoRelease) {
      if (from.getEndpointUri().contains("broken")) {
        throw new IllegalStateException("on purpose");
      }
      if (from.getEndpointUri().contains("held")) {
        begun.countDown();
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return super.create(from, autoRelease);
    }
  }

  private final RouteBuilder routes =
      new RouteBuilder() {
        @Override
        public void configure() {
          getContext().getCamelContextExtension().setExchangeFactory(new Exchanges(null));
          from("platform-http:/held").routeId("held").setBody().constant("started");
          from("platform-http:/broken").setBody().constant("started");
          from("platform-http:/long?requestTimeout=1").process(e -> end.await());
        }
      };

  @AutoClose private final HttpServer server = HttpServer.with(routes);

  @AfterEach
  void release() {
    release.countDown();
    end.countDown();
  }

  private CompletableFuture<HttpResponse<String>> post(String path) {
    HttpRequest request =
        server
            .request(path)
            .timeout(Duration.ofMinutes(3))
            .POST(BodyPublishers.ofString("text"))
            .build();
    return server.client().sendAsync(request, BodyHandlers.ofString());
  }

  private void assertNothingLeft() {
    await().until(() -> server.inflight() == 0);
    await()
        .until(
            () ->
                server
                    .get("/observe/metrics")
                    .body()
                    .contains("\ncaravanserai_http_body_bytes 0.0"));
  }

  @Test
  void request_that_waits_for_a_thread_when_a_shutdown_begins_is_answered_503() throws Exception {
    // Given
    var answer = post("/held");
    begun.await();

    // When
    var consumer = routes.getContext().getRoute("held").getConsumer();
    ((RouteConsumer) ((PlatformHttpConsumerAware) consumer).getPlatformHttpConsumer()).suspend();
    release.countDown();

    // Then
    assertProblem(answer.join(), 503, "LIMIT_REACHED");
    assertNothingLeft();
  }

  @Test
  void request_whose_exchange_cannot_be_created_is_answered_500() throws Exception {
    assertProblem(post("/broken").join(), 500, "");
    assertNothingLeft();
  }

  @Test
  void request_whose_route_takes_too_long_is_answered_504_without_a_code() throws Exception {
    var problem = assertProblem(post("/long").join(), 504, "");
    assertThat(problem.path("detail").asText()).contains("requestTimeout", "still be running");
  }
}
