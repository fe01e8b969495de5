package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class StepErrorsTest {

  @Test
  void an_error_of_a_step_after_an_asynchronous_one_ends_the_exchange_with_it() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      // Given
      context.getCamelContextExtension().addInterceptStrategy(new StepErrors());
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:a")
                  .delay(1)
                  .asyncDelayed()
                  .process(
                      exchange -> {
                        throw new StackOverflowError("in a test");
                      });
            }
          });
      context.start();

      // When
      Exchange ended =
          context
              .createProducerTemplate()
              .asyncSend("direct:a", exchange -> {})
              .get(10, TimeUnit.SECONDS);

      // Then
      assertThat(ended.getException()).hasCauseInstanceOf(StackOverflowError.class);
    }
  }
}
