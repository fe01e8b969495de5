package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each operation reaches its route with its parameters and responds as the contract says. */
class ApiAnswersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @AutoClose private static final ApiServer API = new ApiServer();

  private final HttpServer server = API.server();

  @BeforeEach
  void forget() {
    API.calls().clear();
  }

  @Test
  void start_answers_201_with_the_session_and_where_it_is() throws Exception {
    // When
    var answer =
        server.send(
            server
                .request("/v1/sessions")
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Idempotency-Key", "k1")
                .POST(
                    BodyPublishers.ofString(
                        "{\"id\":\"x:1\",\"image\":\"busybox:1\",\"timeoutSeconds\":60}")));

    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Location")).hasValue("/v1/sessions/x:1");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(JSON.readTree(answer.body()).path("state").asText()).isEqualTo("RUNNING");
    assertThat(API.calls().getFirst().body())
        .isEqualTo(Map.of("id", "x:1", "image", "busybox:1", "timeoutSeconds", 60));
    assertThat(API.calls().getFirst().what()).isEqualTo("start");
    assertThat(API.calls().getFirst().variables()).containsEntry("Idempotency-Key", "k1");
    assertThat(API.calls().getFirst().principal().tenant()).isEqualTo("default");
  }

  @Test
  void asynchronous_start_returns_202() {
    var answer =
        server.send(
            server
                .request("/v1/sessions")
                .header("Content-Type", "application/json")
                .header("Prefer", "wait=5, respond-async")
                .POST(BodyPublishers.ofString("{}")));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    assertThat(answer.headers().firstValue("Location")).hasValue("/v1/sessions/made");
    assertThat(API.calls().getFirst().what()).isEqualTo("start-later");
  }

  @Test
  void session_is_found_under_its_exact_id_and_no_other() throws Exception {
    var answer = server.get("/v1/sessions/a%3Ab");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(API.calls().getFirst().headers()).containsEntry("CamelPodSessionId", "a:b");
    assertThat(API.calls().getFirst().principal().tenant()).isEqualTo("default");
    assertProblem(server.get("/v1/sessions/none"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a%2Fb"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a+b"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a?id=b"), 400, "INVALID_REQUEST");
  }

  @Test
  void list_takes_its_filters_and_gives_a_page() throws Exception {
    var answer =
        server.get(
            "/v1/sessions?state=RUNNING&label=team%3Dred,x&limit=500&profile=default&continue=abc");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var page = JSON.readTree(answer.body());
    assertThat(page.path("items")).hasSize(1);
    assertThat(page.path("continue").asText()).isEqualTo("more");
    assertThat(API.calls().getFirst().variables())
        .containsEntry("state", "RUNNING")
        .containsEntry("label", "team=red,x")
        .containsEntry("limit", 500)
        .containsEntry("profile", "default")
        .containsEntry("continue", "abc");
  }

  @Test
  void stop_answers_204_and_waits_when_asked_to() {
    assertThat(server.send(server.request("/v1/sessions/a?wait=true").DELETE()).statusCode())
        .isEqualTo(204);
    assertThat(API.calls().getFirst().variables()).containsEntry("wait", true);
    assertThat(API.calls().getFirst().headers()).containsEntry("CamelPodSessionId", "a");
    assertThat(server.send(server.request("/v1/sessions/a").DELETE()).body()).isEmpty();
    assertProblem(server.send(server.request("/v1/sessions/none").DELETE()), 404, "NOT_FOUND");
  }

  @Test
  void exec_returns_the_outcome_of_the_command() throws Exception {
    var answer =
        server.post("/v1/sessions/a/exec", "{\"command\":[\"true\"],\"timeoutSeconds\":0.5}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var result = JSON.readTree(answer.body());
    assertThat(result.path("outcome").asText()).isEqualTo("exited");
    assertThat(result.path("exitCode").asInt()).isEqualTo(7);
    assertThat(result.path("stdout").asText()).isEqualTo("\uFFFD\u0000x");
    assertThat(API.calls().getFirst().body())
        .isEqualTo(Map.of("command", List.of("true"), "timeoutSeconds", new BigDecimal("0.5")));
    var bytes = server.post("/v1/sessions/a/exec", "{\"script\":\"true\",\"encoding\":\"base64\"}");
    assertThat(JSON.readTree(bytes.body()).path("stdout").asText()).isEqualTo("/wB4");
    assertProblem(server.post("/v1/sessions/a/exec", "{}"), 400, "INVALID_REQUEST");
    assertProblem(
        server.post("/v1/sessions/a/exec", "{\"command\":[\"true\"],\"script\":\"true\"}"),
        400,
        "INVALID_REQUEST");
  }
}
