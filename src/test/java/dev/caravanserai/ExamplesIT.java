package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
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

  private static Server start(String file) throws Exception {
    Map<String, String> settings =
        TestServer.settings(Files.createTempDirectory("caravanserai-examples"));
    return Server.start(Settings.of(settings), List.of(file));
  }
}
