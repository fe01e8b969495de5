package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.CapturedLog;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses have only what the routes define; every error is a problem. */
class EdgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @AutoClose
  private static final HttpServer SERVER = HttpServer.with(new EdgeRoutes(new Gate("through")));

  @Test
  void health_and_metrics_are_open_on_the_same_port() throws Exception {
    var health = SERVER.send(SERVER.anonymous("/observe/health"));
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(health.body()).path("status").asText()).isEqualTo("UP");
    assertThat(SERVER.send(SERVER.anonymous("/observe/health/live")).statusCode()).isEqualTo(200);
    assertThat(SERVER.send(SERVER.anonymous("/observe/health/ready")).statusCode()).isEqualTo(200);
    var metrics = SERVER.send(SERVER.anonymous("/observe/metrics"));
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body()).contains("camel_exchanges");
  }

  @Test
  void health_does_not_list_routes_that_do_not_run() throws Exception {
    // Given
    RouteBuilder routes =
        new RouteBuilder() {
          @Override
          public void configure() {
            from("timer:never?delay=1h").routeId("stopped").setBody().constant("");
            from("platform-http:/stop")
                .process(e -> e.getContext().getRouteController().stopRoute("stopped"));
          }
        };

    try (HttpServer server = HttpServer.with(routes)) {
      // When
      server.send(server.request("/stop"));

      // Then
      assertThat(server.send(server.anonymous("/observe/health?exposureLevel=full")).body())
          .doesNotContain("stopped");
    }
  }

  @Test
  void response_has_only_headers_that_the_route_sets() {
    // When
    var answer =
        SERVER.send(
            SERVER.request("/echo?colour=red").header("X-Mine", "1").header("X-Own", "theirs"));

    // Then
    assertThat(answer.headers().map().keySet())
        .extracting(String::toLowerCase)
        .containsExactlyInAnyOrder("x-own", "x-content-type-options", "cache-control");
    assertThat(answer.headers().allValues("X-Own")).containsExactly("mine");
  }

  @Test
  void request_headers_cannot_set_internal_headers() {
    var answer =
        SERVER.send(
            SERVER
                .request(
                    "/headers/right?id=evil&CamelPodTenant=evil&camelpodtenant=evil&colour=blue")
                .header("CamelPodTenant", "evil")
                .header("id", "evil"));
    assertThat(answer.body()).isEqualTo("right [] [] blue");
  }

  @Test
  void headers_with_secrets_do_not_reach_a_route() {
    var request =
        SERVER
            .request("/names")
            .header("Cookie", "a=b")
            .header("Proxy-Authorization", "Basic x")
            .header("X-Mine", "1");
    assertThat(SERVER.send(request).body().toLowerCase(Locale.ROOT))
        .contains("x-mine")
        .doesNotContain("cookie", "authorization");
  }

  @Test
  void bodies_are_passed_unchanged() throws Exception {
    var bytes = SERVER.client().send(SERVER.request("/bytes").build(), BodyHandlers.ofByteArray());
    assertThat(bytes.body()).containsExactly(-1, 0, 7);
    assertThat(SERVER.post("/echo", "größe").body()).isEqualTo("größe");
  }

  @Test
  void every_error_is_a_problem() throws Exception {
    assertProblem(SERVER.get("/no/such/path"), 404, "NOT_FOUND");
    assertProblem(
        SERVER.send(SERVER.anonymous("/observe/health").header("Accept", "image/png")),
        406,
        "INVALID_REQUEST");
    var method = SERVER.send(SERVER.request("/echo").DELETE());
    assertProblem(method, 405, "INVALID_REQUEST");
    assertThat(method.headers().allValues("Allow")).containsExactly("GET, HEAD, POST");
    assertProblem(
        SERVER.send(
            SERVER
                .request("/echo")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("a=b"))),
        415,
        "INVALID_REQUEST");
    assertProblem(SERVER.get("/echo?" + "x".repeat(9000)), 414, "INVALID_REQUEST");
    assertProblem(
        SERVER.send(SERVER.request("/echo").header("X-A", "x".repeat(20_000))),
        431,
        "INVALID_REQUEST");
    var large = assertProblem(SERVER.post("/echo", "x".repeat(100_001)), 413, "INVALID_REQUEST");
    assertThat(large.path("detail").asText()).contains("100000", "caravanserai.http.body-limit");
    var failure = assertProblem(SERVER.get("/failure"), 502, "IMAGE_PULL");
    assertThat(failure.path("reason").asText()).isEqualTo("ErrImagePull");
    assertThat(failure.path("events").get(0).asText()).isEqualTo("Failed: no such image");
    assertThat(failure.path("log"))
        .extracting(JsonNode::asText)
        .containsExactly("its last", "two lines");
    var invalid = assertProblem(SERVER.get("/invalid"), 400, "INVALID_REQUEST");
    assertThat(invalid.path("errors").get(0).path("pointer").asText()).isEqualTo("/image");
    var bug = SERVER.get("/bug");
    var internal = assertProblem(bug, 500, "");
    assertThat(internal.has("code")).as("a decision that would be wrong").isFalse();
    assertThat(internal.path("instance").asText()).startsWith("urn:exchange:");
    assertThat(bug.body()).doesNotContain("secret inner words").doesNotContain("IllegalState");
  }

  @Test
  void exception_in_a_route_is_logged_with_the_route_and_a_trace() {
    try (CapturedLog log = new CapturedLog("dev.caravanserai.http.Problems")) {
      // When
      SERVER.get("/bug");

      // Then
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains(" GET /bug in route bug (EdgeRoutes:");
      assertThat(log.traces()).containsExactly("secret inner words");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/sessions/%zz", "/echo?a=%zz", "/observe/health?a=%"})
  void url_that_cannot_be_decoded_is_a_problem_without_a_trace_in_the_log(String url)
      throws Exception {
    try (CapturedLog log = new CapturedLog("ROOT");
        Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // When
      String request = "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".formatted(url);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      // Then
      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .containsIgnoringCase("Content-Type: application/problem+json")
          .contains("INVALID_REQUEST", "two hexadecimal digits");
      assertThat(log.lines()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Host: a b\r\n", "Host: a\r\nHost: b\r\n"})
  void missing_invalid_or_repeated_host_is_named_in_the_refusal(String host) throws Exception {
    assertThat(answer("GET /echo HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("INVALID_REQUEST", "header Host");
  }

  @Test
  void length_that_is_given_twice_is_refused() throws Exception {
    assertThat(
            answer(
                "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + HttpServer.KEY
                    + "\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("INVALID_REQUEST", "both Content-Length and Transfer-Encoding");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 gzip, chunked",
        "HTTP/1.1 chunked, gzip",
        "HTTP/1.1 gzip",
        "HTTP/1.1 identity",
        "HTTP/1.1 chunked, chunked",
        "HTTP/1.1 chunked\r\nTransfer-Encoding: gzip",
        "HTTP/1.0 chunked"
      })
  void transfer_coding_other_than_chunked_is_refused(String request) throws Exception {
    var words = request.split(" ", 2);
    assertThat(
            answer(
                "POST /echo %s\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\nTransfer-Encoding: %s\r\n\r\n0\r\n\r\n"
                    .formatted(words[0], HttpServer.KEY, words[1])))
        .startsWith(words[0] + " 400 ")
        .contains("INVALID_REQUEST", "Transfer-Encoding is chunked")
        .doesNotContain("200 OK");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0\r\nX: %s\r\n\r\n", "3;%s\r\nabc\r\n0\r\n\r\n"})
  void chunk_or_trailer_that_is_too_long_is_a_bad_request(String body) throws Exception {
    try (CapturedLog log = new CapturedLog("dev.caravanserai")) {
      assertThat(
              answer(
                  "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%s"
                      .formatted(HttpServer.KEY, body.formatted("x".repeat(9000)))))
          .startsWith("HTTP/1.1 400 ")
          .contains("INVALID_REQUEST");
      assertThat(log.lines()).isEmpty();
    }
  }

  @Test
  void pipelined_requests_of_any_kind_are_answered_in_order() throws Exception {
    // Given
    var head = "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + HttpServer.KEY + "\r\n%s\r\n";

    // When
    var answers =
        answer(
            head.formatted("POST /echo", "Content-Length: 3\r\n")
                + "one"
                + head.formatted("HEAD /bytes", "")
                + head.formatted(
                    "POST /echo", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")
                + "3\r\ntwo\r\n0\r\n\r\n"
                + head.formatted("GET /no/such/path", "")
                + head.formatted("POST /echo", "Content-Length: 5\r\nConnection: close\r\n")
                + "three"
                + head.formatted("POST /echo", "Content-Length: 4\r\n")
                + "four");

    // Then
    assertThat(answers.replaceAll("(?m)^[A-Za-z-]+: .*\r\n", "").replace("\r\n", " "))
        .matches(
            "HTTP/1.1 200 OK  oneHTTP/1.1 200 OK  (HTTP/1.1 100 Continue  )?HTTP/1.1 200 OK  two"
                + "HTTP/1.1 404 Not Found  \\{.*\\}HTTP/1.1 200 OK  three");
  }

  @Test
  void invalid_chunk_size_is_a_mistake_of_the_caller_and_no_fault() throws Exception {
    try (CapturedLog log = new CapturedLog("ROOT")) {
      assertThat(
              answer(
                  "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                      + HttpServer.KEY
                      + "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"))
          .startsWith("HTTP/1.1 400 ")
          .contains("INVALID_REQUEST", "chunk size");
      assertThat(log.lines()).isEmpty();
    }
  }

  private static String answer(String request) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/note|the name or the value of the header X-Note has a character",
        "/name|the name or the value of the header X Note has a character",
        "/map|the body is a java.util.ImmutableCollections$Map1, which is no text and no bytes: let the route end with the step marshal: {json: {}}",
        "/status?wanted=-1|the header CamelHttpResponseCode is -1: set it to a status from 200 to 599",
        "/status?wanted=100|the header CamelHttpResponseCode is 100: set it",
        "/status?wanted=600|the header CamelHttpResponseCode is 600: set it",
        "/status?wanted=created|the header CamelHttpResponseCode is created: set it",
      })
  void response_that_http_does_not_allow_is_a_fault_with_route_and_reason_in_one_line_of_the_log(
      String path, String reason) throws Exception {
    try (CapturedLog log = new CapturedLog("ROOT")) {
      // When
      JsonNode problem = assertProblem(SERVER.post(path, "a\nb"), 500, "");

      // Then
      String name = path.replaceFirst("\\?.*", "");
      String occurrence = problem.path("instance").asText().replace("urn:exchange:", "");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith(
              "Request failed: occurrence=%s POST %s in route %s (EdgeRoutes:"
                  .formatted(occurrence, name, name.substring(1)))
          .contains(reason);
      assertThat(log.traces()).isEmpty();
      await().until(() -> SERVER.inflight() == 0);
    }
  }
}
