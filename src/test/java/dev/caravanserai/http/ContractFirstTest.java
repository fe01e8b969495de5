package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.InvalidRequestException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each operation of the contract is the route of its operationId. */
class ContractFirstTest {
  @AutoClose
  private static final HttpServer SERVER = HttpServer.with(Map.of(), "false", new EachOperation());

  @ParameterizedTest
  @CsvSource({
    "POST,   /v1/sessions,               startSession",
    "GET,    /v1/sessions?state=RUNNING, listSessions",
    "GET,    /v1/sessions/build-42,      getSession build-42",
    "GET,    /v1/sessions/a.b_c~d@e:f,   getSession a.b_c~d@e:f",
    "GET,    /v1/sessions/a%40b%3Ac,     getSession a@b:c",
    "DELETE, /v1/sessions/build-42/,     stopSession build-42",
    "DELETE, /v1/sessions/exec,          stopSession exec",
    "POST,   /v1/sessions/exec/exec,     execInSession exec",
    "GET,    /v1/sessions/build-42/logs, readLogs build-42",
  })
  void each_operation_reaches_the_route_of_its_name(String method, String path, String reached) {
    // Given
    var body = BodyPublishers.ofString(path.endsWith("exec") ? "{\"script\":\"a\"}" : "{}");

    // When
    var answer =
        SERVER.send(
            SERVER
                .request(path)
                .header("Content-Type", "application/json")
                .header("Accept", "text/plain, application/json;q=0.5")
                .method(method, method.equals("POST") ? body : BodyPublishers.noBody()));

    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(reached);
  }

  @Test
  void repeated_header_is_refused_unless_its_values_are_one_list() {
    // When
    var keys = start("Idempotency-Key", "one", "Idempotency-Key", "two");
    var preferences = start("Prefer", "wait=5", "Prefer", "respond-async");

    // Then
    var problem = assertProblem(keys, 400, "INVALID_REQUEST");
    assertThat(problem.at("/errors/0/pointer").asText()).isEqualTo("/header/Idempotency-Key");
    assertThat(problem.at("/errors/0/message").asText()).contains("once");
    assertThat(preferences.statusCode()).as(preferences.body()).isEqualTo(200);
  }

  private static HttpResponse<String> start(String... headers) {
    return SERVER.send(
        SERVER
            .request("/v1/sessions")
            .headers(headers)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}")));
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /v1/sessions,               reader, 200",
    "POST,   /v1/sessions,               reader, 403",
    "GET,    /v1/sessions,               runner, 403",
    "DELETE, /v1/sessions/exec,          runner, 403",
    "DELETE, /v1/sessions/EXEC,          runner, 403",
    "DELETE, /v1/sessions/exec/,         runner, 403",
    "DELETE, /v1/sessions/%65xec,        runner, 403",
    "POST,   /v1/sessions/a/exec,        runner, 400",
    "POST,   /v1/sessions/a/exec,        reader, 403",
    "POST,   /v1/sessions/a/EXEC,        runner, 404",
    "GET,    /v1/sessions/a/exec,        runner, 405",
  })
  void caller_needs_the_scope_of_the_operation_however_its_url_looks(
      String method, String path, String key, int status) {
    // Given
    var secret = key.equals("reader") ? HttpServer.READER : HttpServer.RUNNER;

    // When
    var answer =
        SERVER.send(
            SERVER
                .anonymous(path)
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.noBody()));

    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  @Test
  void request_outside_the_contract_reaches_no_route() {
    assertProblem(SERVER.get("/v1/elsewhere"), 404, "NOT_FOUND");
    assertProblem(SERVER.get("/V1/sessions"), 404, "NOT_FOUND");
    assertProblem(
        SERVER.send(SERVER.request("/v1/sessions/a").PUT(BodyPublishers.noBody())),
        405,
        "INVALID_REQUEST");
  }

  @Test
  void refusal_by_the_route_names_the_parameter_of_the_request() {
    var problem = assertProblem(SERVER.get("/v1/sessions?continue=zzz"), 400, "INVALID_REQUEST");
    assertThat(problem.path("errors").findValuesAsText("pointer"))
        .containsExactly("/query/continue");
  }

  @Test
  void response_has_no_headers_or_parameters_of_the_request() {
    var answer = SERVER.send(SERVER.request("/v1/sessions/a").header("X-Mine", "1"));
    assertThat(answer.headers().map().keySet())
        .extracting(String::toLowerCase)
        .containsExactlyInAnyOrder(
            "content-length", "content-type", "x-content-type-options", "cache-control");
  }

  @Test
  void invalid_response_to_a_request_for_a_web_socket_is_a_fault_of_the_server() {
    // Given
    var url = "ws://127.0.0.1:%d/v1/sessions/invalid-header/logs".formatted(SERVER.port());

    // When
    var handshake =
        SERVER
            .client()
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + HttpServer.KEY)
            .buildAsync(URI.create(url), new WebSocket.Listener() {});

    // Then
    assertThatThrownBy(handshake::join)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(500));
  }

  /** A route for each operation that answers its name. */
  private static final class EachOperation extends RouteBuilder {
    @Override
    public void configure() {
      rest()
          .openApi()
          .specification("file:config/openapi/caravanserai.yaml")
          .missingOperation("fail");
      for (String name : List.of("startSession", "listSessions")) {
        from("direct:" + name)
            .setBody(constant(name))
            .filter(variable("continue").isNotNull())
            .throwException(InvalidRequestException.at("/continue", "is not valid"));
      }
      for (String name : List.of("getSession", "stopSession", "execInSession", "readLogs")) {
        from("direct:" + name)
            .setBody(simple(name + " ${variable.id}"))
            .filter(variable("id").isEqualTo("invalid-header"))
            .setHeader("X Note", constant("text"));
      }
    }
  }
}
