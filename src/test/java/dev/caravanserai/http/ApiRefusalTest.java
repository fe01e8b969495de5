package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An invalid request is rejected with the place of each mistake, before any effect. */
class ApiRefusalTest {
  @AutoClose private static final ApiServer API = new ApiServer();

  private final HttpServer server = API.server();

  @BeforeEach
  void forget() {
    API.calls().clear();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"imagee\":\"x\"} | /imagee",
        "{\"image\":5} | /image",
        "{\"resources\":{\"limits\":{\"memory\":\"12Qx\"}}} | /resources/limits/memory",
        "{\"env\":{\"A=B\":\"x\"}} | /env/A=B",
        "{\"timeoutSeconds\":-1} | /timeoutSeconds",
        "{\"labels\":{\"caravanserai.dev/tenant\":\"x\"}} | /labels/caravanserai.dev~1tenant",
        "{not json | ''",
        "[] | ''",
        "{\"image\":\"a\",\"image\":\"b\"} | ''",
        "{} {} | ''",
      })
  void request_that_violates_the_contract_is_rejected_before_any_effect(
      String body, String pointer) {
    var problem = assertProblem(server.post("/v1/sessions", body), 400, "INVALID_REQUEST");
    assertThat(problem.path("errors").findValuesAsText("pointer")).contains(pointer);
    assertThat(API.calls()).isEmpty();
  }

  @Test
  void repeated_parameter_is_reported_once() {
    var problem = assertProblem(server.get("/v1/sessions?limit=1&limit=2"), 400, "INVALID_REQUEST");
    assertThat(problem.path("errors").findValuesAsText("message"))
        .containsExactly("must be given once, not 2 times");
  }

  @Test
  void body_must_say_that_it_is_json() {
    for (var type :
        List.of(
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx")) {
      assertProblem(
          server.send(
              server
                  .request("/v1/sessions")
                  .header("Content-Type", type)
                  .POST(BodyPublishers.ofString("{}"))),
          415,
          "INVALID_REQUEST");
    }
    assertProblem(
        server.send(
            server
                .request("/v1/sessions?Content-Type=application/json")
                .POST(BodyPublishers.ofString("{}"))),
        415,
        "INVALID_REQUEST");
    assertProblem(server.post("/v1/sessions", ""), 400, "INVALID_REQUEST");
    assertThat(API.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/sessions?limit=0",
        "/v1/sessions?limit=501",
        "/v1/sessions?limit=x",
        "/v1/sessions?limit=1&limit=2",
        "/v1/sessions?state=running",
        "/v1/sessions?label=a%3D%3Db",
        "/v1/sessions?lmit=1",
        "/v1/sessions/a/logs?tail=-1",
        "/v1/sessions/a/logs?since=yesterday",
        "/v1/sessions/a/logs?timestamps=yes",
        "/v1/sessions/a/logs?container=A_B",
      })
  void bad_parameter_is_refused_by_its_name(String path) {
    var problem = assertProblem(server.get(path), 400, "INVALID_REQUEST");
    var name = path.substring(path.indexOf('?') + 1, path.indexOf('='));
    assertThat(problem.path("errors").get(0).path("pointer").asText()).isEqualTo("/query/" + name);
    assertThat(API.calls()).isEmpty();
  }

  @Test
  void unknown_state_is_rejected_with_all_states() {
    assertThat(server.get("/v1/sessions?state=running").body())
        .contains(
            "PENDING, RUNNING, STOPPING, STOPPED, COMPLETED, FAILED or HIBERNATED",
            "not \\\"running\\\"");
  }

  @Test
  void unknown_paths_and_methods_are_problems() {
    assertProblem(server.get("/v1/nothing"), 404, "NOT_FOUND");
    assertProblem(server.get("/nothing"), 404, "NOT_FOUND");
    var answer =
        server.send(server.request("/v1/sessions").method("PATCH", BodyPublishers.noBody()));
    assertProblem(answer, 405, "INVALID_REQUEST");
    assertThat(answer.headers().firstValue("Allow").orElse("")).contains("GET").contains("POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/docs",
        "/v1/openapi.yaml",
        "/observe/health",
        "/observe/health/live",
        "/observe/health/ready",
        "/observe/metrics"
      })
  void path_of_the_server_does_not_take_another_method(String path) {
    var answer = server.send(server.request(path).method("POST", BodyPublishers.noBody()));
    assertProblem(answer, 405, "INVALID_REQUEST");
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    assertThat(server.get(path).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/sessions, 'GET, HEAD, POST'",
    "/v1/sessions/a, 'DELETE, GET, HEAD'",
    "/v1/sessions/a/exec, POST",
    "/v1/sessions/a/logs, 'GET, HEAD'",
    "/v1/docs, 'GET, HEAD'",
    "/v1/openapi.yaml, 'GET, HEAD'",
    "/observe/health, 'GET, HEAD'",
    "/observe/metrics, 'GET, HEAD'",
  })
  void options_runs_no_route_and_lists_the_methods(String path, String allowed) {
    // Given
    var body = BodyPublishers.ofString("{\"command\": [\"true\"]}");

    // When
    var answer =
        server.send(
            server
                .request(path)
                .header("Content-Type", "application/json")
                .method("OPTIONS", body));

    // Then
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("Allow")).contains(allowed);
    assertThat(API.calls()).isEmpty();
  }
}
