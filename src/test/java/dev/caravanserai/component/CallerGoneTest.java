package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.http.Caller;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What ends when the caller of a request leaves. */
class CallerGoneTest {
  @AutoClose private final DefaultCamelContext context = new DefaultCamelContext();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void step_that_a_wire_tap_has_begun_does_not_end_with_the_caller() throws Exception {
    // Given
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            routeTemplate("step").from("kamelet:source").process(CallerGoneTest.this::ask);
            from("direct:web").to("kamelet:step").wireTap("direct:tap");
            from("direct:tap").to("kamelet:step");
          }
        });
    context.start();
    CompletableFuture<Void> gone = new CompletableFuture<>();
    Exchange request = context.getEndpoint("direct:web").createExchange(ExchangePattern.InOut);
    request.setProperty(Caller.GONE, gone);

    // When
    context.createProducerTemplate().send("direct:web", request);

    // Then
    await().until(() -> asked.get() == 2);
    assertThat(gone.getNumberOfDependents()).as("the step of the request itself").isEqualTo(1);
  }

  private void ask(Exchange exchange) {
    CallerGone.of(exchange);
    asked.incrementAndGet();
  }
}
