package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Error handling of a route file also handles failures inside a Kamelet. */
class OwnErrorHandlingTest {
  @AutoClose private final KameletContext kamelets = new KameletContext();
  private final CamelContext context = kamelets.camel();

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        - onException:
            exception: [dev.caravanserai.session.FailureException]
            onWhen: {simple: "${exception.failure.code} == 'INVALID_REQUEST'"}
            handled: {constant: "true"}
            steps:
              - setBody: {simple: "mine: ${exception.failure.code}"}
        """,
        """
        - errorHandler:
            deadLetterChannel: {deadLetterUri: "direct:dead"}
        - route:
            id: dead
            from:
              uri: direct:dead
              steps:
                - setBody: {simple: "mine: ${exception.failure.code}"}
        """,
        """
        - routeConfiguration:
            onException:
              - onException:
                  exception: [java.lang.Exception]
                  handled: {constant: "true"}
                  steps:
                    - setBody: {simple: "mine: ${exception.failure.code}"}
        """
      })
  void failure_in_a_kamelet_is_handled(String handling) throws Exception {
    // Given
    for (String file : new String[] {"errors", "exec", "logs"}) {
      load("file:routes/" + file + ".camel.yaml");
    }
    kamelets.add(
        "mine.camel.yaml",
        handling
            + """
            - route:
                id: mine
                from:
                  uri: direct:mine
                  steps:
                    - to: kamelet:session-plan-action
            """);
    context.start();

    // When
    String answer =
        context
            .createProducerTemplate()
            .requestBody("direct:mine", "{\"image\": \"no image\"}", String.class);

    // Then
    assertThat(answer).isEqualTo("mine: INVALID_REQUEST");
  }

  private void load(String file) throws Exception {
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(ResourceHelper.resolveMandatoryResource(context, file));
  }
}
