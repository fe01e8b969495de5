package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of the API without HTTP: which session route each calls, its choice, its failures. */
class ApiRoutesTest extends CamelTestSupport {
  private static final FailureException FAILURE =
      FailureException.of(FailureCode.NOT_FOUND, "There is no session x.");

  @Override
  protected CamelContext createCamelContext() throws Exception {
    CamelContext camel = super.createCamelContext();
    camel.getRegistry().bind("logLines", new Lines());
    String api = Files.readString(Path.of("routes/api.camel.yaml"));
    String routes = api.substring(api.indexOf("- route:")); // what is before needs an HTTP server
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(
            ResourceHelper.resolveResource(camel, "file:routes/errors.camel.yaml"),
            ResourceHelper.fromString("api.camel.yaml", routes));
    return camel;
  }

  /** What the session routes answer. */
  public record Found(String id) {}

  /** In place of the bean that reads the lines of a log. */
  public static final class Lines {
    public String of(Object body, Object timestamps) {
      return "read " + body;
    }
  }

  @Override
  public boolean isUseAdviceWith() {
    return true;
  }

  @ParameterizedTest
  @CsvSource({
    "respond-async, api-start-later, 202",
    "'wait=5, Respond-Async;x=y', api-start-later, 202",
    ", api-start-session, 201",
    "respond-asynchronously, api-start-session, 201",
  })
  void start_waits_unless_the_caller_prefers_an_answer_at_once(
      String prefer, String step, int status) throws Exception {
    // Given
    MockEndpoint later = replace("api-start", "api-start-later");
    MockEndpoint waiting = replace("api-start", "api-start-session");
    context.start();

    // When
    Exchange answer = call("startSession", Map.of("Prefer", String.valueOf(prefer)));

    // Then
    assertThat(answer.getMessage().getHeaders())
        .containsEntry("CamelHttpResponseCode", String.valueOf(status))
        .containsEntry("Location", "/v1/sessions/x");
    assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"id\":\"x\"}");
    assertThat(later.getReceivedCounter()).isEqualTo(step.equals("api-start-later") ? 1 : 0);
    assertThat(waiting.getReceivedCounter()).isEqualTo(step.equals("api-start-later") ? 0 : 1);
  }

  @ParameterizedTest
  @CsvSource({
    "getSession, api-get, api-get-session",
    "execInSession, api-exec, api-exec-session",
  })
  void an_operation_on_a_session_names_it_and_answers_json(
      String operation, String route, String step) throws Exception {
    // Given
    MockEndpoint session = replace(route, step);
    session.expectedHeaderReceived("CamelPodSessionId", "x");
    context.start();

    // When
    Exchange answer = call(operation, Map.of("id", "x"));

    // Then
    session.assertIsSatisfied();
    assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"id\":\"x\"}");
  }

  @Test
  void list_answers_json() throws Exception {
    // Given
    replace("api-list", "api-list-sessions");
    context.start();

    // Then
    assertThat(call("listSessions", Map.of()).getMessage().getBody(String.class))
        .isEqualTo("{\"id\":\"x\"}");
  }

  @Test
  void stop_answers_204_without_a_body() throws Exception {
    // Given
    MockEndpoint session = replace("api-stop", "api-stop-session");
    session.expectedHeaderReceived("CamelPodSessionId", "x");
    context.start();

    // When
    Exchange answer = call("stopSession", Map.of("id", "x"));

    // Then
    session.assertIsSatisfied();
    assertThat(answer.getMessage().getHeader("CamelHttpResponseCode")).isEqualTo("204");
    assertThat(answer.getMessage().getBody()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, false, true",
    "text/plain, false, false",
    "application/json, true, false",
  })
  void logs_are_read_into_lines_for_json_only_and_followed_as_text(
      String mediaType, boolean follow, boolean json) throws Exception {
    // Given
    replace("api-logs", "api-logs-stream");
    context.start();

    // When
    Exchange answer =
        call(
            "readLogs",
            Map.of("id", "x", "mediaType", mediaType, "follow", String.valueOf(follow)));

    // Then
    assertThat(answer.getMessage().getBody(String.class).contains("read")).isEqualTo(json);
    assertThat(answer.getVariable("mediaType")).isEqualTo(json ? mediaType : "text/plain");
    assertThat(answer.getMessage().getHeader("CamelHttpResponseCode")).isEqualTo("200");
  }

  @ParameterizedTest
  @CsvSource({
    "startSession, api-start, api-start-session",
    "listSessions, api-list, api-list-sessions",
    "getSession, api-get, api-get-session",
    "stopSession, api-stop, api-stop-session",
    "execInSession, api-exec, api-exec-session",
    "readLogs, api-logs, api-logs-stream",
  })
  void a_failure_reaches_the_edge_as_it_is_and_no_later_step_runs(
      String operation, String route, String step) throws Exception {
    // Given
    replace(route, step)
        .whenAnyExchangeReceived(
            exchange -> {
              throw FAILURE;
            });
    context.start();

    // When
    Exchange answer = call(operation, Map.of("id", "x"));

    // Then
    assertThat(answer.getException()).isSameAs(FAILURE);
    assertThat(answer.getMessage().getHeaders())
        .doesNotContainKeys("CamelHttpResponseCode", "Location");
  }

  private MockEndpoint replace(String route, String step) throws Exception {
    AdviceWith.adviceWith(
        context, route, advice -> advice.weaveById(step).replace().to("mock:" + step));
    MockEndpoint mock = getMockEndpoint("mock:" + step);
    mock.whenAnyExchangeReceived(exchange -> exchange.getMessage().setBody(new Found("x")));
    return mock;
  }

  private Exchange call(String operation, Map<String, String> variables) {
    return template.request(
        "direct:" + operation, exchange -> variables.forEach(exchange::setVariable));
  }
}
