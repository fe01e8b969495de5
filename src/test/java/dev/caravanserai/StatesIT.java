package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.Api.Answer;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some rows of docs/states.md with a real kubelet. */
@ExtendWith(NothingLeftBehind.class)
class StatesIT {
  private static final String LIVES = "trap 'exit 0' TERM; while :; do sleep 1; done";

  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.profile.folder", "src/test/profiles"));

  private final Api api = SERVER.api();

  @AfterEach
  void stop() {
    api.stopAll();
  }

  @Test
  void main_container_that_exits_with_0_completes_its_session_although_a_sidecar_runs() {
    // When
    Answer answer = start(LIVES, "Never", List.of("sh", "-c", "exit 0"));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    String id = answer.field("id");
    await().until(() -> "COMPLETED".equals(session(id).path("state").asText()));
    assertThat(session(id).path("ready").asBoolean()).isFalse();
  }

  @Test
  void completed_session_stays_completed_for_the_next_server_if_another_client_deletes_its_pod() {
    // Given
    Answer answer = start(LIVES, "Never", List.of("sh", "-c", "exit 0"));
    String id = answer.field("id");
    await()
        .until(
            () ->
                TestCluster.get()
                    .anchor(id)
                    .get()
                    .getMetadata()
                    .getAnnotations()
                    .containsKey("caravanserai.dev/completed-at"));

    // When
    TestCluster.get()
        .client()
        .pods()
        .inNamespace(TestCluster.NAMESPACE)
        .withName(answer.body().at("/pod/name").asText())
        .delete();
    await().until(() -> session(id).path("pod").isMissingNode());

    // Then
    try (ApiCluster next =
        new ApiCluster("next", TestCluster.get().client(), TestCluster.NAMESPACE, 1000)) {
      next.watch(TestCluster.NAMESPACE).toCompletableFuture().join();
      SessionKey key = new SessionKey("next", SessionSpec.DEFAULT_TENANT, id);
      next.sessions().refresh(key).toCompletableFuture().join();
      assertThat(next.sessions().find(key).orElseThrow().state()).isEqualTo(State.COMPLETED);
    }
    assertThat(session(id).path("state").asText()).isEqualTo("COMPLETED");
  }

  @Test
  void end_of_a_sidecar_is_a_warning_and_the_session_stays_usable() {
    // When
    Answer answer = start("sleep 2; exit 1", "Never", List.of("sh", "-c", LIVES));
    String id = answer.field("id");

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(session(id).at("/pod/warnings").path(0).asText())
                    .contains("side ended with exit code 1"));
    assertThat(session(id).path("state").asText()).isEqualTo("RUNNING");
    assertThat(session(id).path("ready").asBoolean()).isTrue();
    assertThat(api.exec(id, Map.of("script", "printf here")).field("stdout")).isEqualTo("here");
  }

  @Test
  void restarted_container_is_not_ready_in_between_and_its_session_stays() {
    // Given
    String id = start(LIVES, "Always", List.of("sh", "-c", LIVES)).field("id");
    List<String> states = new ArrayList<>();

    // When
    api.exec(id, Map.of("script", "kill -TERM 1", "timeoutSeconds", 5));

    // Then
    await()
        .until(
            () -> {
              JsonNode now = session(id);
              states.add(now.path("state").asText());
              return now.at("/pod/restarts").asInt() > 0 && now.path("ready").asBoolean();
            });
    assertThat(states).containsOnly("RUNNING");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Always", "OnFailure"})
  void exec_whose_container_is_started_again_is_pod_gone_and_the_session_goes_on(String policy) {
    // Given
    String main = LIVES.replace("exit 0", "exit 3");
    String id = start(LIVES, policy, List.of("sh", "-c", main)).field("id");

    // When
    Answer ended = api.exec(id, Map.of("script", "kill -TERM 1; sleep 100"));

    // Then
    assertThat(ended.field("outcome")).as(ended.text()).isEqualTo("podGone");
    assertThat(ended.body().at("/failure/code").asText())
        .as(ended.text())
        .isEqualTo("CONTAINER_RESTARTED");
    assertThat(ended.text()).contains("Run the command again").doesNotContain("new session");
    await().until(() -> session(id).path("ready").asBoolean());
    assertThat(api.exec(id, Map.of("script", "printf here")).field("stdout")).isEqualTo("here");
  }

  @Test
  void pod_deleted_by_another_client_is_a_failure_although_it_exits_with_0() {
    // Given
    Answer answer = api.start(Map.of());
    String id = answer.field("id");

    // When
    TestCluster.get()
        .client()
        .pods()
        .inNamespace(TestCluster.NAMESPACE)
        .withName(answer.body().at("/pod/name").asText())
        .delete();

    // Then
    await().until(() -> "FAILED".equals(session(id).path("state").asText()));
    assertThat(session(id).at("/failure/code").asText()).isEqualTo("EVICTED");
  }

  @Test
  void session_whose_anchor_has_a_finalizer_is_stopping_not_failed() {
    // Given
    String id = api.session();
    finalizers(id, "\"example.org/keep\"");
    try {

      // When
      api.call("DELETE", "/v1/sessions/" + id, null);
      await().until(() -> session(id).path("pod").isMissingNode());

      // Then
      assertThat(session(id).path("state").asText()).isEqualTo("STOPPING");
      assertThat(session(id).path("failure").isMissingNode()).isTrue();
    } finally {
      finalizers(id, "");
    }
    await().until(() -> api.get("/v1/sessions/" + id).status() == 404);
  }

  /** The local cluster runs no probes. */
  @Test
  void session_whose_probe_fails_after_the_start_deadline_stays() {
    Assumptions.assumeTrue(TestCluster.real(), "needs a kubelet that runs probes");
    // Given
    Map<String, Object> metadata = metadata(LIVES, "Never");
    metadata.put(
        "probe",
        Map.of(
            "exec", Map.of("command", List.of("test", "-e", "/tmp/ready")),
            "periodSeconds", 1,
            "failureThreshold", 1));
    String id =
        api.start(
                Map.of(
                    "profile",
                    "with-sidecar",
                    "metadata",
                    metadata,
                    "command",
                    List.of("sh", "-c", "touch /tmp/ready; " + LIVES)))
            .field("id");
    String startBy = Instant.now().minusSeconds(60).toString();
    TestCluster.annotate(TestCluster.get().anchor(id), "caravanserai.dev/start-by", startBy);

    // When
    api.exec(id, Map.of("script", "rm /tmp/ready"));
    await().until(() -> !session(id).path("ready").asBoolean());
    JsonNode meanwhile = session(id);
    api.exec(id, Map.of("script", "touch /tmp/ready"));

    // Then
    assertThat(meanwhile.path("state").asText()).isEqualTo("RUNNING");
    await().until(() -> session(id).path("ready").asBoolean());
  }

  private Answer start(String side, String restart, List<String> command) {
    return api.start(
        Map.of("profile", "with-sidecar", "metadata", metadata(side, restart), "command", command));
  }

  private static Map<String, Object> metadata(String side, String restart) {
    return new HashMap<>(Map.of("side", side, "restart", restart));
  }

  private JsonNode session(String id) {
    return api.get("/v1/sessions/" + id).body();
  }

  private static void finalizers(String id, String list) {
    TestCluster.get()
        .anchor(id)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"finalizers\":[%s]}}".formatted(list));
  }
}
