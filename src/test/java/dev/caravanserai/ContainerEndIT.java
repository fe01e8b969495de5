package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Execs at the end of their container. */
@ExtendWith(NothingLeftBehind.class)
class ContainerEndIT {
  private static final int EXECS = 8;
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final Api api = SERVER.api();

  @Test
  void running_execs_are_pod_gone_and_later_ones_conflicts_after_the_main_process_ended() {
    // Given
    String main = "until [ -e /tmp/go ]; do sleep 0.1; done";
    Answer started = api.start(Map.of("command", List.of("sh", "-c", main)));
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    String session = started.field("id");
    List<CompletableFuture<Answer>> running = sleepers(session);

    // When
    api.execLater(session, Map.of("command", List.of("touch", "/tmp/go")));
    Answer late = null;
    for (CompletableFuture<Answer> exec : running) {
      Answer ended = exec.join();

      // Then
      assertThat(ended.field("outcome")).as(ended.text()).isEqualTo("podGone");
      assertThat(ended.body().path("failure").path("message").asText()).contains("exit code 0");
      late = api.exec(session, Map.of("command", List.of("true")));
      assertThat(late.status()).as(late.text()).isEqualTo(409);
    }
    assertThat(late).isNotNull();
  }

  @Test
  void running_execs_are_pod_gone_by_request_after_the_caller_stops_the_session() {
    // Given
    String session = api.session();
    List<CompletableFuture<Answer>> running = sleepers(session);

    // When
    api.call("DELETE", "/v1/sessions/" + session, null);

    // Then
    for (CompletableFuture<Answer> exec : running) {
      Answer ended = exec.join();
      assertThat(ended.field("outcome")).as(ended.text()).isEqualTo("podGone");
      assertThat(ended.body().path("failure").path("code").asText()).isEqualTo("CONFLICT");
      assertThat(ended.body().path("failure").path("message").asText()).contains("stopped");
    }
  }

  private List<CompletableFuture<Answer>> sleepers(String session) {
    List<CompletableFuture<Answer>> running = new ArrayList<>();
    for (int i = 0; i < EXECS; i++) {
      String script = "echo > /tmp/begun-" + i + "; sleep 999";
      running.add(api.execLater(session, Map.of("script", script)));
    }
    await()
        .until(
            () ->
                api.exec(session, Map.of("script", "ls /tmp | grep -c begun-"))
                    .field("stdout")
                    .strip()
                    .equals(String.valueOf(EXECS)));
    return running;
  }
}
