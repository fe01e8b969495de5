package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes session-exec and session-logs: their one step, what they pass on, their failures. */
class ExecAndLogsRoutesTest extends CamelTestSupport {
  private static final List<String> ROUTES = List.of("session-exec", "session-logs");
  private static final FailureException FAILURE =
      FailureException.of(FailureCode.NOT_FOUND, "There is no session x.");

  @Override
  public boolean isUseAdviceWith() {
    return true;
  }

  @BeforeEach
  void load() throws Exception {
    CamelContext context = context();
    for (String file : new String[] {"errors", "exec", "logs"}) {
      PluginHelper.getRoutesLoader(context)
          .loadRoutes(
              ResourceHelper.resolveMandatoryResource(
                  context, "file:routes/" + file + ".camel.yaml"));
    }
    for (String route : ROUTES) {
      AdviceWith.adviceWith(
          context,
          route,
          a ->
              a.weaveById(route.replace("logs", "logs-stream") + "-action")
                  .replace()
                  .to("mock:" + route));
    }
    context.start();
  }

  @Test
  void session_exec_gives_the_request_to_the_kamelet_and_answers_its_result() throws Exception {
    // Given
    MockEndpoint exec = getMockEndpoint("mock:session-exec");
    exec.expectedBodiesReceived("request");
    exec.whenAnyExchangeReceived(e -> e.getMessage().setBody("result"));

    // When
    Object answer = template().requestBody("direct:session-exec", "request");

    // Then
    exec.assertIsSatisfied();
    assertThat(answer).isEqualTo("result");
  }

  @Test
  void session_logs_answers_the_log() throws Exception {
    for (String route : List.of("session-logs")) {
      // Given
      MockEndpoint logs = getMockEndpoint("mock:" + route);
      logs.expectedMessageCount(1);
      logs.whenAnyExchangeReceived(e -> e.getMessage().setBody("line"));

      // When
      Object answer = template().requestBody("direct:" + route, (Object) null);

      // Then
      logs.assertIsSatisfied();
      assertThat(answer).isEqualTo("line");
    }
  }

  @Test
  void failure_reaches_the_caller_as_it_is() {
    // Given
    for (String route : ROUTES) {
      getMockEndpoint("mock:" + route)
          .whenAnyExchangeReceived(
              e -> {
                throw FAILURE;
              });

      // When
      Throwable thrown =
          Assertions.catchThrowable(() -> template().requestBody("direct:" + route, "request"));

      // Then
      assertThat(thrown).isInstanceOf(CamelExecutionException.class).hasCause(FAILURE);
    }
  }
}
