package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of a start in an order of one's own. */
class StepOrderTest {
  @AutoClose private final KameletContext camel = new KameletContext();

  @ParameterizedTest
  @CsvSource({
    "anchor, session-plan-action (pod:plan)",
    "objects, session-anchor-action (pod:anchor)",
    "await, session-anchor-action (pod:anchor)",
    "reap, pod:due",
    "fail, pod:due"
  })
  void step_without_the_one_that_it_needs_before_it_names_that_one(String step, String needed)
      throws Exception {
    // Given
    camel
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:in").setBody(constant("text")).to("pod:" + step);
              }
            });
    camel.camel().start();

    // When
    assertThatThrownBy(
            () -> camel.camel().createProducerTemplate().requestBody("direct:in", (Object) null))
        // Then
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            thrown -> assertThat(thrown.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR))
        .hasMessageContaining(needed)
        .hasMessageContaining("the body is a String");
  }
}
