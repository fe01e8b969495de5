package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureException;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An expression of a Kamelet's property is evaluated once; its result is not evaluated again. */
class ExpressionOnceTest {
  @AutoClose private final KameletContext kamelets = new KameletContext();
  private final CamelContext context = kamelets.camel();

  @BeforeEach
  void start() throws Exception {
    String routes =
        """
        - errorHandler:
            noErrorHandler: {}
        - route:
            from:
              uri: direct:to
              steps:
                - to:
                    uri: kamelet:session-get-action
                    parameters: {sessionId: "${header.session}"}
        - route:
            from:
              uri: direct:toD
              steps:
                - toD:
                    uri: kamelet:session-get-action
                    parameters: {sessionId: "${header.session}"}
        - route:
            from:
              uri: direct:uri
              steps:
                - toD: kamelet:session-get-action?sessionId=${header.session}
        - route:
            from:
              uri: direct:header
              steps:
                - to:
                    uri: kamelet:session-exec-action
                    parameters: {sessionId: one, timeout: "${header.seconds}"}
        """;
    kamelets.add("mine.camel.yaml", routes);
    context.start();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a@b:c~d",
        "${bean:type:java.lang.System?method=getProperty('java.version')}",
        "${body}",
        "{{env:HOME}}",
        "{{nothing}}",
        "a&tenant=other",
        "RAW(a)",
        "%41+",
        "#bean:context"
      })
  void result_of_an_expression_is_not_evaluated(String value) {
    for (String form : new String[] {"to", "toD", "uri"}) {
      assertThatThrownBy(() -> get(form, value))
          .as(form)
          .hasCauseInstanceOf(FailureException.class)
          .cause()
          .hasMessageContaining("There is no session " + value + ".");
    }
  }

  @Test
  void distinct_values_add_no_endpoints_and_no_routes() {
    // Given
    int endpoints = context.getEndpoints().size();
    int routes = context.getRoutesSize();

    // When
    IntStream.range(0, 800)
        .forEach(i -> assertThatThrownBy(() -> get("toD", "session-" + i)).isNotNull());
    IntStream.range(0, 800)
        .forEach(i -> assertThatThrownBy(() -> get("uri", "session-" + i)).isNotNull());

    // Then
    assertThat(context.getEndpoints()).hasSize(endpoints);
    assertThat(context.getRoutesSize()).isEqualTo(routes);
  }

  @Test
  void expression_with_an_invalid_result_fails_and_names_the_valid_values() {
    assertThatThrownBy(
            () ->
                context
                    .createProducerTemplate()
                    .requestBodyAndHeader(
                        "direct:header", "{\"script\": \"true\"}", "seconds", "soon"))
        .cause()
        .hasMessageContaining("/timeout: is \"soon\", but must be a whole number from 1");
  }

  private Object get(String form, String session) {
    ProducerTemplate template = context.createProducerTemplate();
    return template.requestBodyAndHeader("direct:" + form, null, "session", session);
  }
}
