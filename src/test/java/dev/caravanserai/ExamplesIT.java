package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example routes do what they say. */
@ExtendWith(NothingLeftBehind.class)
class ExamplesIT {

  @Test
  void the_timer_runs_a_command_in_a_fresh_session_and_logs_the_result() throws Exception {
    // When
    try (Told told = new Told("every-minute");
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
  void the_webhook_runs_the_script_it_is_sent() throws Exception {
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
      assertThat(api.get("/v1/sessions").body().path("items"))
          .extracting(session -> session.path("id").asText())
          .containsExactly(started.text());
      String path = "/v1/sessions/" + started.text();
      assertThat(api.call("DELETE", path + "?wait=true", null).status()).isEqualTo(204);
    }
  }

  private static Server start(String file) throws Exception {
    Map<String, String> settings =
        TestServer.settings(Files.createTempDirectory("caravanserai-examples"));
    return Server.start(Settings.of(settings), List.of(file));
  }
}
