package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key allows what its scopes say. */
class KeysTest {
  @AutoClose
  private static final HttpServer SERVER = HttpServer.with(new EdgeRoutes(new Gate("through")));

  @Test
  void request_without_a_key_gets_no_access_and_no_details() {
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
      var answer = SERVER.send(SERVER.anonymous(path));

      // Then
      assertProblem(answer, 401, "UNAUTHENTICATED");
      assertThat(answer.headers().allValues("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void wrong_key_is_refused_in_every_form() {
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
          SERVER.send(SERVER.anonymous("/echo").header("Authorization", header)),
          401,
          "UNAUTHENTICATED");
    }
  }

  @Test
  void key_is_accepted_as_bearer_token_and_as_basic_password() {
    assertThat(SERVER.get("/whoami").body()).isEqualTo("default all []");
    var basic = "Basic " + base64("any:" + HttpServer.ROUTER);
    assertThat(SERVER.send(SERVER.anonymous("/whoami").header("Authorization", basic)).body())
        .isEqualTo("red router []");
  }

  @Test
  void page_of_another_site_cannot_use_the_key_that_the_browser_remembers() {
    for (var header :
        List.of(
            List.of("Sec-Fetch-Site", "cross-site"),
            List.of("Origin", "http://evil.example"),
            List.of("Origin", "null"))) {
      assertProblem(
          SERVER.send(remembered().header(header.get(0), header.get(1))), 403, "NOT_PERMITTED");
    }
    String own = "http://127.0.0.1:" + SERVER.port();
    assertThat(SERVER.send(remembered().header("Origin", own)).statusCode()).isEqualTo(200);
    assertThat(
            SERVER
                .send(SERVER.request("/whoami").header("Origin", "http://a.example"))
                .statusCode())
        .isEqualTo(200);
  }

  private static HttpRequest.Builder remembered() {
    var basic = "Basic " + base64("any:" + HttpServer.KEY);
    return SERVER.anonymous("/whoami").header("Authorization", basic);
  }

  @ParameterizedTest
  @CsvSource({
    "/echo, reader, 403",
    "/echo, runner, 403",
    "/echo, router, 204",
    "/w/exec, runner, 200",
    "/w/EXEC/, runner, 404",
    "/w/exec, router, 403",
    "/w/exec, reader, 403",
    "/hooks/exec, runner, 403",
    "/hooks/exec, router, 200",
    "/observe/info, router, 404",
    "/observe/health?exposureLevel=full, router, 200",
    "/observe/health?exposureLevel=full, reader, 403",
  })
  void route_needs_the_scope_that_it_names_else_the_scope_routes(
      String path, String key, int status) {
    // Given
    var keys =
        Map.of(
            "reader", HttpServer.READER, "runner", HttpServer.RUNNER, "router", HttpServer.ROUTER);

    // When
    var answer =
        SERVER.send(SERVER.anonymous(path).header("Authorization", "Bearer " + keys.get(key)));

    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
