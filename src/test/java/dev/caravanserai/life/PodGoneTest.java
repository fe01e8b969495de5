package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Why a container has ended, for each state that it and its session can be in. */
class PodGoneTest {
  private static final Map<String, String> MARKS =
      Map.of(
          Annotations.ID, "a",
          Annotations.TENANT, "default",
          Annotations.START_BY, "2027-01-01T00:00:00Z",
          Annotations.EXPIRES_AT, "2027-01-01T00:00:00Z");
  private static final ContainerRef MAIN =
      new ContainerRef("ns", "session-a", "main", Optional.of(new ContainerRef.Run("pod", 0)));

  private final SessionCache index = new SessionCache("inn", Runnable::run);
  private Optional<HasMetadata> answer = Optional.empty();
  private final PodGone gone = new PodGone(index, ref -> CompletableFuture.completedFuture(answer));

  @Test
  void running_container_that_is_not_ready_has_not_ended() {
    // When
    index.onUpdate(pod());

    // Then
    assertThat(gone.known(MAIN)).isEmpty();
  }

  @Test
  void session_whose_anchor_was_deleted_was_ended_by_request() {
    // Given
    Pod pod = pod();
    index.onUpdate(pod);

    // When
    index.onDelete(anchor());

    // Then
    assertEnded(FailureCode.CONFLICT, "stopped on request");
  }

  @Test
  void pod_deleted_by_another_client_is_evicted() {
    // Given
    Pod pod = pod();
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.EVICTED, "being deleted");
  }

  @Test
  void pod_without_a_session_was_ended_by_request() {
    assertEnded(FailureCode.CONFLICT, "its session was stopped");
  }

  @Test
  void ended_container_is_reported_with_exit_code_and_reason() {
    // Given
    Pod pod = pod();
    pod.getStatus().setPhase("Succeeded");
    pod.getStatus()
        .setContainerStatuses(
            List.of(
                new ContainerStatusBuilder()
                    .withName("main")
                    .withRestartCount(0)
                    .withNewState()
                    .withNewTerminated()
                    .withExitCode(0)
                    .withReason("Completed")
                    .endTerminated()
                    .endState()
                    .build()));

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.CONFLICT, "exit code 0 (Completed)");
  }

  @Test
  void container_that_was_restarted_since_has_ended() {
    // Given
    Pod pod = pod();
    pod.getStatus()
        .setContainerStatuses(
            List.of(new ContainerStatusBuilder().withName("main").withRestartCount(1).build()));

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.CONTAINER_RESTARTED, "was restarted");
  }

  @Test
  void next_pod_of_the_same_name_is_another_one() {
    // Given
    Pod pod = pod();
    pod.getMetadata().setUid("next");

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.POD_REPLACED, "was replaced");
  }

  @Test
  void cluster_is_read_if_the_watch_lags() {
    // Given
    index.onUpdate(pod());

    // Then
    assertThat(gone.ask(MAIN).toCompletableFuture().join().map(Failure::message).orElse(""))
        .contains("its session was stopped");
    answer = Optional.of(pod());
    assertThat(gone.ask(MAIN).toCompletableFuture().join()).isEmpty();
  }

  private void assertEnded(FailureCode code, String words) {
    assertThat(gone.known(MAIN))
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.message()).contains(words);
            });
  }

  private Pod pod() {
    index.onUpdate(anchor());
    return new PodBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("ns")
        .withUid("pod")
        .withAnnotations(MARKS)
        .addNewOwnerReference()
        .withKind("ConfigMap")
        .withUid("anchor")
        .endOwnerReference()
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }

  private static ConfigMap anchor() {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("ns")
        .withUid("anchor")
        .withAnnotations(MARKS)
        .endMetadata()
        .build();
  }
}
