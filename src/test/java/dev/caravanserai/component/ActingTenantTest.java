package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.http.ExchangePrincipal;
import dev.caravanserai.http.HttpEngine;
import dev.caravanserai.http.HttpLimits;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import dev.caravanserai.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.builder.ExchangeBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.processor.aggregate.GroupedExchangeAggregationStrategy;
import org.apache.camel.processor.aggregate.GroupedMessageAggregationStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A route acts for its caller's tenant, also where a step makes another exchange. */
class ActingTenantTest {
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final CompletableFuture<String> tenant = new CompletableFuture<>();
  private PlatformHttpEndpoint endpoint;

  @BeforeEach
  void start() throws Exception {
    HttpEngine.bind(context.getRegistry()::bind, List.of(), HttpLimits.of(Settings.of(Map.of())));
    endpoint = context.getEndpoint("platform-http:/own", PlatformHttpEndpoint.class);
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:copy").wireTap("direct:end");
            from("direct:new").wireTap("direct:end").copy(false);
            from("direct:newKamelet").wireTap("kamelet:acting").copy(false);
            from("direct:newToKamelet").wireTap("direct:toKamelet").copy(false);
            grouped("direct:exchanges", new GroupedExchangeAggregationStrategy(), "direct:end");
            grouped("direct:messages", new GroupedMessageAggregationStrategy(), "direct:end");
            grouped(
                "direct:toKamelets", new GroupedExchangeAggregationStrategy(), "kamelet:acting");
            from("direct:end").process(ActingTenantTest.this::end);
            from("direct:polling").pollEnrich("seda:jobs").to("direct:end");
            from("direct:toKamelet").to("kamelet:acting");
            routeTemplate("acting").from("kamelet:source").process(ActingTenantTest.this::end);
          }

          private void grouped(String from, AggregationStrategy strategy, String to) {
            from(from).aggregate(constant(true), strategy).completionSize(1).to(to);
          }
        });
    context.start();
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private void end(Exchange exchange) {
    try {
      tenant.complete(new ActingTenant(Optional.empty(), "routes").of(exchange));
    } catch (FailureException e) {
      tenant.completeExceptionally(e);
    }
  }

  private void call(String route) {
    Exchange exchange = endpoint.createExchange();
    ExchangePrincipal.set(exchange, new Principal("blue", "key", Set.of()));
    context.createProducerTemplate().send("direct:" + route, exchange);
  }

  @Test
  void copy_of_an_exchange_acts_for_the_caller() {
    // When
    call("copy");

    // Then
    assertThat(tenant.join()).isEqualTo("blue");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"new", "newKamelet", "newToKamelet", "exchanges", "messages", "toKamelets"})
  void request_whose_caller_a_step_has_lost_acts_for_no_tenant(String route) {
    // When
    call(route);

    // Then
    assertThatThrownBy(tenant::join).hasMessageContaining("does not know its caller any more");
  }

  @Test
  void exchange_that_is_polled_does_not_replace_the_caller() {
    // Given
    Exchange other = endpoint.createExchange();
    ExchangePrincipal.set(other, new Principal("red", "key", Set.of()));
    context.createProducerTemplate().send("seda:jobs", other);

    // When
    call("polling");

    // Then
    assertThat(tenant.join()).isEqualTo("blue");
  }

  @Test
  void event_that_a_step_has_made_anew_acts_for_no_tenant() {
    // Given
    PodComponent pod = new PodComponent();
    pod.setCamelContext(context);
    Exchange event = new PodEndpoint("pod:events", pod, Operation.events).createExchange();

    // When
    context.createProducerTemplate().send("direct:end", event);

    // Then
    assertThatThrownBy(tenant::join).hasMessageContaining("does not know its caller any more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wireTap", "aggregate"})
  void exchange_that_a_route_without_a_caller_has_made_acts_for_the_tenant_of_the_setting(
      String step) throws Exception {
    // When
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            RouteDefinition timer = from("timer:once?repeatCount=1");
            if (step.equals("wireTap")) {
              timer.wireTap("direct:toKamelet").copy(false);
            } else {
              timer
                  .aggregate(constant(true), new GroupedExchangeAggregationStrategy())
                  .completionSize(1)
                  .to("kamelet:acting");
            }
          }
        });

    // Then
    assertThat(tenant.join()).isEqualTo("routes");
  }

  @Test
  void exchange_without_a_caller_acts_for_the_tenant_of_the_setting() {
    // When
    context.createProducerTemplate().sendBody("direct:end", "");

    // Then
    assertThat(tenant.join()).isEqualTo("routes");
  }

  @Test
  void exchange_that_was_received_from_nothing_acts_for_the_tenant_of_the_setting() {
    // When
    context
        .createProducerTemplate()
        .send("direct:toKamelet", ExchangeBuilder.anExchange(context).build());

    // Then
    assertThat(tenant.join()).isEqualTo("routes");
  }
}
