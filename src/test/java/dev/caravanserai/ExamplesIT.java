package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example routes work as described. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class ExamplesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path home;

  @Test
  void timer_runs_a_command_in_a_fresh_session_and_logs_the_result() throws Exception {
    // When
    try (CapturedLog told = new CapturedLog("every-minute");
        Server server = start("examples/timer.camel.yaml")) {
      await().until(() -> told.lines().stream().anyMatch(ExamplesIT::isResult));
      Api api = new Api(server.url(), TestServer.KEY);
      await().until(() -> api.get("/v1/sessions?state=RUNNING").body().path("items").isEmpty());
    }
  }

  private static boolean isResult(String line) {
    return line.matches("(?s)session=\\S+ exited: hello from \\S+\\s*");
  }

  @Test
  void webhook_runs_the_posted_script() throws Exception {
    // Given
    try (Server server = start("examples/webhook.camel.yaml")) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer answer =
          api.call("POST", "/hooks/run", Map.of("script", "echo \"from a $((6*7)) webhook\""));

      // Then
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("exited: from a 42 webhook\n");
      await().until(() -> api.get("/v1/sessions?state=RUNNING").body().path("items").isEmpty());
    }
  }

  @Test
  void policy_step_between_plan_and_anchor_refuses_an_image_before_anything_is_created()
      throws Exception {
    // Given
    try (Server server = start("examples/policy.camel.yaml")) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer refused = api.call("POST", "/policy/sessions", Map.of("image", "python:3"));
      Answer started = api.call("POST", "/policy/sessions", Map.of("image", "busybox:1"));

      // Then
      assertThat(refused.status()).as(refused.text()).isEqualTo(403);
      assertThat(refused.text()).isEqualTo("The policy does not allow the image python:3");
      assertThat(started.status()).as(started.text()).isEqualTo(200);
      List<String> running = new ArrayList<>();
      api.get("/v1/sessions?state=RUNNING")
          .body()
          .path("items")
          .forEach(session -> running.add(session.path("id").asText()));
      String path = "/v1/sessions/" + started.text();
      assertThat(api.call("DELETE", path + "?wait=true", null).status()).isEqualTo(204);
      assertThat(running).containsExactly(started.text());
    }
  }

  @Test
  void nightly_check_in_java_runs_like_routes_in_yaml() throws Exception {
    // Given
    Files.writeString(home.resolve("Nightly.java"), everySecond("examples/Nightly.java"));

    // When
    try (CapturedLog told = new CapturedLog("nightly");
        Server server = start(home.resolve("Nightly.java").toString())) {
      Api api = new Api(server.url(), TestServer.KEY);

      // Then
      await().until(() -> told.lines().stream().anyMatch(ExamplesIT::isCheck));
      await().until(() -> api.get("/v1/sessions?state=RUNNING").body().path("items").isEmpty());
    }
  }

  private static String everySecond(String file) throws Exception {
    return Files.readString(Path.of(file))
        .replaceFirst("quartz:[^\"]*", "timer:nightly?repeatCount=1");
  }

  private static boolean isCheck(String line) {
    return line.matches("(?s)session=\\S+ exit=0: Filesystem.*checked\\s*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "'; exit 7; '",
        "\" $(exit 7) `exit 7` \\",
        "two\nlines",
        "${body} {{env:HOME}} %41+&",
        "-n"
      })
  void webhook_passes_any_data_to_a_script_unchanged(String text) throws Exception {
    // Given
    try (Server server = start("examples/webhook-data.camel.yaml")) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer answer = api.call("POST", "/hooks/greet", Map.of("name", text, "message", text));

      // Then
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.body().at("/outcome").toString()).contains("exited");
      assertThat(answer.body().at("/stdout").toString())
          .contains(JSON.writeValueAsString(text + " said: " + JSON.writeValueAsString(text)));
      await().until(() -> api.get("/v1/sessions?state=RUNNING").body().path("items").isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no JSON", "[]", "{\"message\": \"hello\"}", "{\"name\": 7}", ""})
  void the_webhook_answers_400_to_a_body_that_it_cannot_read(String body) throws Exception {
    // Given
    try (Server server = start("examples/webhook-data.camel.yaml")) {
      HttpRequest request =
          HttpRequest.newBuilder(server.url().resolve("/hooks/greet"))
              .header("Authorization", "Bearer " + TestServer.KEY)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();

      // When
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

      // Then
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
      assertThat(answer.body()).startsWith("The body has to be JSON");
    }
  }

  @Test
  void the_branch_by_failure_starts_a_missing_session_and_then_reads_it() throws Exception {
    // Given
    Path call =
        Files.writeString(
            home.resolve("call.camel.yaml"),
            """
            - route:
                id: call
                from:
                  uri: platform-http:/wanted
                  parameters: {httpMethodRestrict: POST}
                  steps:
                    - setHeader: {name: wanted, constant: wanted-one}
                    - to: direct:read-or-start
                    - removeHeaders: {pattern: "*"}
                    - setBody: {simple: "${body.id} ${body.createdAt}"}
            """);
    try (Server server = start("examples/failures.camel.yaml", call.toString())) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer started = api.call("POST", "/wanted", Map.of());
      Answer read = api.call("POST", "/wanted", Map.of());

      // Then
      assertThat(started.status()).as(started.text()).isEqualTo(200);
      assertThat(started.text()).startsWith("wanted-one ").isEqualTo(read.text());
      api.call("DELETE", "/v1/sessions/wanted-one?wait=true", null);
    }
  }

  private static Server start(String... files) throws Exception {
    Map<String, String> settings =
        TestServer.settings(Files.createTempDirectory("caravanserai-examples"));
    return Server.start(Settings.of(settings), List.of(files));
  }
}
