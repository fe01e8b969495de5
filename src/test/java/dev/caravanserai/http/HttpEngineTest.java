package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.InvalidRequestException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What holds for whatever route is behind the edge. */
class HttpEngineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Gate GATE = new Gate("through");
  private static HttpServer server;

  @BeforeAll
  static void start() {
    server =
        HttpServer.with(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("platform-http:/echo?httpMethodRestrict=GET,POST")
                    .setHeader("X-Own")
                    .constant("mine");
                from("platform-http:/wait").process(GATE);
                from("platform-http:/whoami")
                    .setBody()
                    .simple(
                        "${exchangeProperty.CaravanseraiTenant} ${exchangeProperty.CaravanseraiKey}"
                            + " [${header.Authorization}]");
                from("platform-http:/headers/{id}")
                    .setBody()
                    .simple(
                        "${header.id} [${header.CamelPodTenant}] [${header.camelpodtenant}] ${header.colour}");
                from("platform-http:/bug")
                    .process(
                        e -> {
                          throw new IllegalStateException("secret inner words");
                        });
                from("platform-http:/failure")
                    .process(
                        e -> {
                          throw Failure.of(FailureCode.IMAGE_PULL, "No image.", "ErrImagePull")
                              .withEvents(List.of("Failed: no such image"))
                              .asException();
                        });
                from("platform-http:/invalid")
                    .process(
                        e -> {
                          throw InvalidRequestException.at("/image", "must be text");
                        });
                from("platform-http:/bytes")
                    .process(e -> e.getMessage().setBody(new byte[] {-1, 0, 7}));
                from("platform-http:/w/exec?httpMethodRestrict=POST").setBody().constant("ran");
              }
            });
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void without_a_key_nothing_is_open_and_nothing_is_told() {
    for (var path :
        List.of(
            "/echo",
            "/no/such/path",
            "/",
            "/v1/docs",
            "/observe",
            "/observe/info",
            "/observe/health?exposureLevel=full")) {
      // When
      var answer = server.send(server.anonymous(path));

      // Then
      assertProblem(answer, 401, "UNAUTHENTICATED");
      assertThat(answer.headers().allValues("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void a_wrong_key_is_refused_in_every_form() {
    for (var header :
        List.of(
            "Bearer wrong",
            "Bearer",
            "bearer  ",
            "Basic !!!",
            "Basic " + base64("nocolon"),
            "Basic " + base64("a:wrong"),
            "Digest " + HttpServer.KEY,
            HttpServer.KEY)) {
      assertProblem(
          server.send(server.anonymous("/echo").header("Authorization", header)),
          401,
          "UNAUTHENTICATED");
    }
  }

  @Test
  void a_key_opens_as_bearer_and_as_the_password_of_basic() {
    assertThat(server.get("/whoami").body()).isEqualTo("default all []");
    var basic = "Basic " + base64("any:" + HttpServer.READER);
    assertThat(server.send(server.anonymous("/whoami").header("Authorization", basic)).body())
        .isEqualTo("red reader []");
  }

  @Test
  void a_page_of_another_site_cannot_use_the_key_that_the_browser_remembers() {
    var basic = "Basic " + base64("any:" + HttpServer.KEY);
    assertProblem(
        server.send(
            server
                .anonymous("/whoami")
                .header("Authorization", basic)
                .header("Sec-Fetch-Site", "cross-site")),
        403,
        "NOT_PERMITTED");
  }

  @Test
  void a_key_does_what_its_scopes_say_and_no_more() {
    var reader = "Bearer " + HttpServer.READER;
    var runner = "Bearer " + HttpServer.RUNNER;
    assertThat(server.send(server.anonymous("/echo").header("Authorization", reader)).statusCode())
        .isEqualTo(204);
    assertProblem(
        server.send(
            server
                .anonymous("/echo")
                .header("Authorization", reader)
                .POST(BodyPublishers.ofString("x"))),
        403,
        "NOT_PERMITTED");
    assertProblem(
        server.send(
            server
                .anonymous("/w/exec")
                .header("Authorization", reader)
                .POST(BodyPublishers.noBody())),
        403,
        "NOT_PERMITTED");
    assertProblem(
        server.send(
            server
                .anonymous("/w/EXEC/")
                .header("Authorization", reader)
                .POST(BodyPublishers.noBody())),
        403,
        "NOT_PERMITTED");
    assertProblem(
        server.send(server.anonymous("/echo").header("Authorization", runner)),
        403,
        "NOT_PERMITTED");
    assertThat(
            server
                .send(
                    server
                        .anonymous("/w/exec")
                        .header("Authorization", runner)
                        .POST(BodyPublishers.noBody()))
                .body())
        .isEqualTo("ran");
  }

  @Test
  void health_and_metrics_are_open_on_the_same_port() throws Exception {
    var health = server.send(server.anonymous("/observe/health"));
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(health.body()).path("status").asText()).isEqualTo("UP");
    assertThat(server.send(server.anonymous("/observe/health/live")).statusCode()).isEqualTo(200);
    assertThat(server.send(server.anonymous("/observe/health/ready")).statusCode()).isEqualTo(200);
    var metrics = server.send(server.anonymous("/observe/metrics"));
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).contains("camel_exchanges");
  }

  @Test
  void only_what_the_route_sets_goes_back() {
    // When
    var answer =
        server.send(
            server.request("/echo?colour=red").header("X-Mine", "1").header("X-Own", "theirs"));

    // Then
    assertThat(answer.headers().map().keySet())
        .extracting(String::toLowerCase)
        .containsExactlyInAnyOrder("x-own", "x-content-type-options", "cache-control");
    assertThat(answer.headers().allValues("X-Own")).containsExactly("mine");
  }

  @Test
  void nothing_from_outside_becomes_a_header_that_routes_trust() {
    var answer =
        server.send(
            server
                .request(
                    "/headers/right?id=evil&CamelPodTenant=evil&camelpodtenant=evil&colour=blue")
                .header("CamelPodTenant", "evil")
                .header("id", "evil"));
    assertThat(answer.body()).isEqualTo("right [] [] blue");
  }

  @Test
  void a_body_arrives_and_leaves_byte_by_byte() throws Exception {
    var bytes = server.client().send(server.request("/bytes").build(), BodyHandlers.ofByteArray());
    assertThat(bytes.body()).containsExactly(-1, 0, 7);
    assertThat(server.post("/echo", "größe").body()).isEqualTo("größe");
  }

  @Test
  void every_error_is_a_problem() throws Exception {
    assertProblem(server.get("/no/such/path"), 404, "NOT_FOUND");
    assertProblem(
        server.send(server.anonymous("/observe/health").header("Accept", "image/png")),
        406,
        "INVALID_REQUEST");
    var method = server.send(server.request("/echo").DELETE());
    assertProblem(method, 405, "INVALID_REQUEST");
    assertThat(method.headers().allValues("Allow")).containsExactly("GET, POST");
    assertProblem(
        server.send(
            server
                .request("/echo")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("a=b"))),
        415,
        "INVALID_REQUEST");
    assertProblem(server.post("/echo", "x".repeat(100_001)), 413, "INVALID_REQUEST");
    var failure = assertProblem(server.get("/failure"), 502, "IMAGE_PULL");
    assertThat(failure.path("reason").asText()).isEqualTo("ErrImagePull");
    assertThat(failure.path("events").get(0).asText()).isEqualTo("Failed: no such image");
    var invalid = assertProblem(server.get("/invalid"), 400, "INVALID_REQUEST");
    assertThat(invalid.path("errors").get(0).path("pointer").asText()).isEqualTo("/image");
    var bug = server.get("/bug");
    var internal = assertProblem(bug, 500, "");
    assertThat(internal.has("code")).as("a decision that would be wrong").isFalse();
    assertThat(internal.path("instance").asText()).startsWith("urn:exchange:");
    assertThat(bug.body()).doesNotContain("secret inner words").doesNotContain("IllegalState");
  }

  @Test
  void requests_that_wait_hold_no_thread() throws Exception {
    // Given
    int before = Thread.activeCount();
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();

    // When
    for (int i = 0; i < 300; i++) {
      answers.add(
          server.client().sendAsync(server.request("/wait").build(), BodyHandlers.ofString()));
    }

    // Then
    await().until(() -> GATE.waiting() == 300);
    assertThat(server.get("/whoami").statusCode()).isEqualTo(200);
    assertThat(server.inflight()).isEqualTo(300);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(t -> t.getName().startsWith("vert.x-worker"))
        .hasSizeLessThanOrEqualTo(20);
    assertThat(Thread.activeCount() - before).isLessThan(100);
    GATE.open();
    for (var answer : answers) {
      assertThat(answer.get().body()).isEqualTo("through");
    }
    await().until(() -> server.inflight() == 0);
  }

  static JsonNode assertProblem(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    try {
      var problem = JSON.readTree(answer.body());
      assertThat(problem.path("code").asText()).isEqualTo(code);
      assertThat(problem.path("status").asInt()).isEqualTo(status);
      assertThat(problem.path("title").asText()).isNotEmpty();
      assertThat(problem.path("detail").asText()).isNotEmpty();
      return problem;
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(answer.body(), e);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
