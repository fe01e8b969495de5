package dev.caravanserai.http;

import static dev.caravanserai.http.HttpEngineTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Contract;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.State;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes of the API as callers see them; the sessions behind them are made up. */
class ApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOW = Instant.parse("2026-11-21T09:30:00Z");

  /** What reached the session routes. */
  private static final ConcurrentLinkedDeque<Call> CALLS = new ConcurrentLinkedDeque<>();

  private static final Gate GATE = new Gate(executed());

  private static HttpServer server;

  private record Call(String what, Object body, Map<String, Object> headers) {}

  @BeforeAll
  static void start() {
    server =
        HttpServer.with(
            Map.of("apiRequests", new ApiRequests(Contract.load()), "apiAnswers", new ApiAnswers()),
            "file:routes/api.camel.yaml",
            new RouteBuilder() {
              @Override
              public void configure() {
                errorHandler(noErrorHandler());
                from("direct:session-start").process(e -> answer(e, "start", started(e)));
                from("direct:session-get").process(e -> answer(e, "get", found(e)));
                from("direct:session-list")
                    .process(
                        e ->
                            answer(
                                e,
                                "list",
                                new SessionPage(
                                    List.of(session("a", State.RUNNING)), Optional.of("more"))));
                from("direct:session-stop").process(e -> answer(e, "stop", found(e)));
                from("direct:session-exec")
                    .choice()
                    .when(header("CamelPodSessionId").isEqualTo("slow"))
                    .process(GATE)
                    .otherwise()
                    .process(e -> answer(e, "exec", executed()));
                from("direct:session-logs")
                    .process(
                        e ->
                            answer(
                                e,
                                "logs",
                                "2026-11-21T09:30:00.5Z one\n2026-11-21T09:30:01.123456789Z two words\n"
                                    .getBytes(StandardCharsets.UTF_8)));
              }
            });
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    CALLS.clear();
  }

  @Test
  void a_start_answers_201_with_the_session_and_where_it_is() throws Exception {
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
    var spec = (SessionSpec) CALLS.getFirst().body();
    assertThat(spec.tenant()).isEqualTo("default");
    assertThat(spec.timeout()).hasValue(Duration.ofSeconds(60));
    assertThat(spec.idempotencyKey()).hasValue("k1");
    assertThat(CALLS.getFirst().headers())
        .containsEntry("CamelPodAsync", false)
        .containsEntry("CamelPodTenant", "default");
  }

  @Test
  void a_start_that_need_not_wait_answers_202() {
    var answer =
        server.send(
            server
                .request("/v1/sessions")
                .header("Content-Type", "application/json")
                .header("Prefer", "wait=5, respond-async")
                .POST(BodyPublishers.ofString("{}")));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    assertThat(answer.headers().firstValue("Location")).hasValue("/v1/sessions/made");
    assertThat(CALLS.getFirst().headers()).containsEntry("CamelPodAsync", true);
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
  void what_breaks_the_contract_is_refused_before_anything_is_touched(String body, String pointer) {
    var problem = assertProblem(server.post("/v1/sessions", body), 400, "INVALID_REQUEST");
    assertThat(problem.path("errors").findValuesAsText("pointer")).contains(pointer);
    assertThat(CALLS).isEmpty();
  }

  @Test
  void a_body_must_say_that_it_is_json() {
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
    assertThat(CALLS).isEmpty();
  }

  @Test
  void a_session_is_found_under_its_exact_id_and_no_other() throws Exception {
    var answer = server.get("/v1/sessions/a%3Ab");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(CALLS.getFirst().headers())
        .containsEntry("CamelPodSessionId", "a:b")
        .containsEntry("CamelPodTenant", "default");
    assertProblem(server.get("/v1/sessions/none"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a%2Fb"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a+b"), 404, "NOT_FOUND");
    assertProblem(server.get("/v1/sessions/a?id=b"), 400, "INVALID_REQUEST");
  }

  @Test
  void a_list_takes_its_filters_and_gives_a_page() throws Exception {
    var answer =
        server.get(
            "/v1/sessions?state=RUNNING&label=team%3Dred,x&limit=500&profile=default&continue=abc");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var page = JSON.readTree(answer.body());
    assertThat(page.path("items")).hasSize(1);
    assertThat(page.path("continue").asText()).isEqualTo("more");
    assertThat(CALLS.getFirst().headers())
        .containsEntry("CamelPodState", "RUNNING")
        .containsEntry("CamelPodLabel", "team=red,x")
        .containsEntry("CamelPodLimit", 500)
        .containsEntry("CamelPodProfile", "default")
        .containsEntry("CamelPodContinue", "abc");
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
  void a_bad_parameter_is_refused_by_its_name(String path) {
    var problem = assertProblem(server.get(path), 400, "INVALID_REQUEST");
    var name = path.substring(path.indexOf('?') + 1, path.indexOf('='));
    assertThat(problem.path("errors").get(0).path("pointer").asText()).isEqualTo("/query/" + name);
    assertThat(CALLS).isEmpty();
  }

  @Test
  void a_stop_answers_204_and_waits_when_asked_to() {
    assertThat(server.send(server.request("/v1/sessions/a?wait=true").DELETE()).statusCode())
        .isEqualTo(204);
    assertThat(CALLS.getFirst().headers())
        .containsEntry("CamelPodWait", true)
        .containsEntry("CamelPodSessionId", "a");
    assertThat(server.send(server.request("/v1/sessions/a").DELETE()).body()).isEmpty();
    assertProblem(server.send(server.request("/v1/sessions/none").DELETE()), 404, "NOT_FOUND");
  }

  @Test
  void an_exec_gives_what_became_of_the_command() throws Exception {
    var answer =
        server.post("/v1/sessions/a/exec", "{\"command\":[\"true\"],\"timeoutSeconds\":0.5}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var result = JSON.readTree(answer.body());
    assertThat(result.path("outcome").asText()).isEqualTo("exited");
    assertThat(result.path("exitCode").asInt()).isEqualTo(7);
    assertThat(result.path("stdout").asText()).isEqualTo("\uFFFD\u0000x");
    assertThat(((ExecSpec) CALLS.getFirst().body()).timeout()).hasValue(Duration.ofMillis(500));
    var bytes = server.post("/v1/sessions/a/exec", "{\"script\":\"true\",\"encoding\":\"base64\"}");
    assertThat(JSON.readTree(bytes.body()).path("stdout").asText()).isEqualTo("/wB4");
    assertProblem(server.post("/v1/sessions/a/exec", "{}"), 400, "INVALID_REQUEST");
    assertProblem(
        server.post("/v1/sessions/a/exec", "{\"command\":[\"true\"],\"script\":\"true\"}"),
        400,
        "INVALID_REQUEST");
  }

  @Test
  void logs_come_as_the_caller_accepts_them() throws Exception {
    var json = logs("application/json", "?timestamps=true&tail=2&since=60");
    assertThat(JSON.readTree(json.body()).path("items").get(1))
        .isEqualTo(
            JSON.readTree("{\"text\":\"two words\",\"time\":\"2026-11-21T09:30:01.123456789Z\"}"));
    assertThat(CALLS.getFirst().headers())
        .containsEntry("CamelPodTail", 2)
        .containsEntry("CamelPodTimestamps", true);
    assertThat((Instant) CALLS.getFirst().headers().get("CamelPodSince"))
        .isCloseTo(
            Instant.now().minusSeconds(60),
            org.assertj.core.api.Assertions.within(30, ChronoUnit.SECONDS));
    assertThat(JSON.readTree(logs("*/*", "").body()).path("items")).hasSize(2);
    var text = logs("text/*;q=0.9, application/json;q=0.1", "");
    assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(text.body()).startsWith("2026-11-21T09:30:00.5Z one\n");
    assertProblem(logs("image/png", ""), 406, "INVALID_REQUEST");
    logs("text/plain", "?since=2026-11-21T10:30:00%2B01:00");
    assertThat(CALLS.getLast().headers()).containsEntry("CamelPodSince", NOW);
  }

  @Test
  void paths_and_methods_that_are_not_there_are_problems() {
    assertProblem(server.get("/v1/nothing"), 404, "NOT_FOUND");
    assertProblem(server.get("/nothing"), 404, "NOT_FOUND");
    var answer =
        server.send(server.request("/v1/sessions").method("PATCH", BodyPublishers.noBody()));
    assertProblem(answer, 405, "INVALID_REQUEST");
    assertThat(answer.headers().firstValue("Allow").orElse("")).contains("GET").contains("POST");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/sessions, 'GET, POST'",
    "/v1/sessions/a, 'DELETE, GET'",
    "/v1/sessions/a/exec, POST",
    "/v1/sessions/a/logs, GET"
  })
  void options_runs_nothing_and_tells_what_a_path_takes(String path, String allowed) {
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
    assertThat(CALLS).isEmpty();
  }

  @Test
  void the_contract_and_a_page_to_try_it_are_served_from_here_alone() {
    var contract = server.get("/v1/openapi.yaml");
    assertThat(contract.body()).startsWith("openapi: 3");
    assertThat(contract.headers().firstValue("Content-Type")).hasValue("application/yaml");
    var page = server.get("/v1/docs");
    assertThat(page.body())
        .contains("/v1/docs/swagger-ui-bundle.js")
        .doesNotContain("http://")
        .doesNotContain("https://");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    for (var asset :
        List.of("docs.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")) {
      assertThat(server.get("/v1/docs/" + asset).statusCode()).as(asset).isEqualTo(200);
    }
    var refused = server.send(server.anonymous("/v1/docs"));
    assertThat(refused.headers().allValues("WWW-Authenticate"))
        .anyMatch(c -> c.startsWith("Basic "));
  }

  @Test
  void execs_that_run_hold_no_thread() throws Exception {
    // Given
    var exec =
        server
            .request("/v1/sessions/slow/exec")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"command\":[\"sleep\",\"9\"]}"))
            .build();

    // When
    var answers =
        Stream.generate(() -> server.client().sendAsync(exec, BodyHandlers.ofString()))
            .limit(300)
            .toList();

    // Then
    await().until(() -> GATE.waiting() == 300);
    assertThat(server.get("/v1/sessions/a").statusCode()).isEqualTo(200);
    GATE.open();
    for (var answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
    await().until(() -> server.inflight() == 0);
  }

  private static HttpResponse<String> logs(String accept, String query) {
    return server.send(server.request("/v1/sessions/a/logs" + query).header("Accept", accept));
  }

  private static void answer(Exchange exchange, String what, Object body) {
    var message = exchange.getMessage();
    var headers = new java.util.TreeMap<String, Object>(message.getHeaders());
    CALLS.add(new Call(what, message.getBody(), headers));
    message.setBody(body);
  }

  private static Session started(Exchange exchange) {
    var spec = exchange.getMessage().getBody(SessionSpec.class);
    return session(spec.id().orElse("made"), State.RUNNING);
  }

  private static Session found(Exchange exchange) {
    var id = exchange.getMessage().getHeader("CamelPodSessionId", String.class);
    if (id.equals("none")) {
      throw FailureException.of(FailureCode.NOT_FOUND, "There is no session none.");
    }
    return session(id, State.RUNNING);
  }

  private static ExecResult executed() {
    var out = new ExecResult.Output(new byte[] {-1, 0, 'x'}, 3);
    var err = new ExecResult.Output(new byte[0], 0);
    return new ExecResult("e1", Outcome.exited(7), out, err, Duration.ofMillis(12));
  }

  private static Session session(String id, State state) {
    return new Session(
        id,
        "default",
        "default",
        state,
        "busybox:1",
        "local",
        "sessions",
        "main",
        Optional.empty(),
        Optional.empty(),
        NOW,
        Optional.of(NOW),
        NOW,
        NOW.plusSeconds(60),
        Optional.empty(),
        Map.of(),
        Map.of());
  }
}
