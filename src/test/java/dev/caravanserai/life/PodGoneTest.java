package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reason for the end of a container, for each state of container and session. */
class PodGoneTest {
  private static final String EXPIRES_AT = "9000-01-01T00:00:00Z";
  private static final Map<String, String> MARKS =
      Map.of(
          Annotations.ID, "a",
          Annotations.TENANT, "default",
          Annotations.START_BY, EXPIRES_AT,
          Annotations.STARTED_AT, "2026-01-01T00:00:00Z",
          Annotations.EXPIRES_AT, EXPIRES_AT);
  private static final ContainerRef MAIN = main(EXPIRES_AT);

  private final SessionCache index = new SessionCache("inn", Runnable::run);
  private final Map<String, HasMetadata> there = new HashMap<>();
  private final PodGone gone = new PodGone(index, this::read);

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
    assertEnded(FailureCode.CONFLICT, "was stopped");
  }

  @Test
  void session_whose_time_is_over_when_it_is_ended_has_expired() {
    // Given
    index.onUpdate(pod());
    index.onDelete(anchor());

    // When
    Optional<Failure> why = gone.known(main("2026-01-01T00:00:00Z"));

    // Then
    assertFailure(why, FailureCode.DEADLINE, "has expired");
  }

  @Test
  void pod_that_is_being_deleted_beside_its_anchor_was_taken_away() {
    // Given
    Pod pod = pod();
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    index.onUpdate(pod);
    put(pod, anchor());

    // Then
    assertThat(gone.known(MAIN)).as("the watch of anchors may be late").isEmpty();
    assertAsked(FailureCode.EVICTED, "not by Caravanserai");
  }

  @Test
  void pod_that_was_deleted_by_force_was_taken_away() {
    // Given
    Pod pod = pod();
    index.onUpdate(pod);
    index.onDelete(pod);
    put(anchor());

    // Then
    assertThat(gone.known(MAIN)).as("the watch of anchors may be late").isEmpty();
    assertAsked(FailureCode.EVICTED, "not by Caravanserai");
  }

  @Test
  void session_of_which_nothing_is_left_was_stopped() {
    assertEnded(FailureCode.CONFLICT, "was stopped");
  }

  @Test
  void session_whose_id_is_used_again_was_stopped() {
    // Given
    index.onUpdate(pod());

    // When
    ConfigMap next = anchor();
    next.getMetadata().setUid("next");
    next.getMetadata().getAnnotations().remove(Annotations.STARTED_AT);
    index.onUpdate(next);

    // Then
    assertEnded(FailureCode.CONFLICT, "was stopped");
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void container_that_its_pod_starts_again_is_no_reason_for_a_new_session(boolean waiting) {
    // Given
    ContainerState ended =
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(3)
            .withReason("Error")
            .endTerminated()
            .build();
    ContainerState backOff =
        new ContainerStateBuilder().withNewWaiting("back-off", "CrashLoopBackOff").build();
    Pod pod = pod();
    pod.setSpec(new PodSpecBuilder().withRestartPolicy("Always").build());
    pod.getStatus()
        .setContainerStatuses(
            List.of(
                new ContainerStatusBuilder()
                    .withName("main")
                    .withRestartCount(0)
                    .withState(waiting ? backOff : ended)
                    .withLastState(ended)
                    .build()));

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(
        FailureCode.CONTAINER_RESTARTED, "restarted after exit code 3 (Error). Run the command");
  }

  @Test
  void container_of_a_pod_that_was_evicted_is_not_started_again() {
    // Given
    Pod pod = pod();
    pod.setSpec(new PodSpecBuilder().withRestartPolicy("Always").build());
    pod.getStatus().setPhase("Failed");
    pod.getStatus().setReason("Evicted");
    pod.getStatus().setContainerStatuses(List.of(killed("main")));

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.EVICTED, "");
  }

  @Test
  void container_of_a_pod_that_is_being_deleted_is_not_started_again() {
    // Given
    Pod pod = pod();
    pod.setSpec(new PodSpecBuilder().withRestartPolicy("Always").build());
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    pod.getStatus().setContainerStatuses(List.of(killed("main")));

    // When
    index.onUpdate(pod);

    // Then
    assertEnded(FailureCode.CONFLICT, "has ended with exit code 137");
  }

  @Test
  void sidecar_that_starts_again_by_its_own_policy_was_restarted() {
    // Given
    Pod pod = pod();
    pod.setSpec(
        new PodSpecBuilder()
            .withRestartPolicy("Never")
            .addNewInitContainer()
            .withName("side")
            .withRestartPolicy("Always")
            .endInitContainer()
            .build());
    pod.getStatus().setInitContainerStatuses(List.of(killed("side")));

    // When
    index.onUpdate(pod);

    // Then
    ContainerRef side = new ContainerRef(MAIN.namespace(), MAIN.pod(), "side", MAIN.run());
    assertFailure(gone.known(side), FailureCode.CONTAINER_RESTARTED, "was restarted");
  }

  private static ContainerStatus killed(String name) {
    return new ContainerStatusBuilder()
        .withName(name)
        .withRestartCount(0)
        .withNewState()
        .withNewTerminated()
        .withExitCode(137)
        .withReason("Error")
        .endTerminated()
        .endState()
        .build();
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
    assertAsked(FailureCode.CONFLICT, "was stopped");
    put(pod());
    assertThat(gone.ask(MAIN).toCompletableFuture().join()).isEmpty();
  }

  private static ContainerRef main(String expiresAt) {
    SessionKey key = new SessionKey("inn", "default", "a");
    return new ContainerRef(
        "ns",
        "session-a",
        "main",
        Optional.of(new ContainerRef.Run(key, Instant.parse(expiresAt), "pod", 0)));
  }

  private void put(HasMetadata... objects) {
    for (HasMetadata object : objects) {
      there.put(object.getKind(), object);
    }
  }

  private CompletionStage<Optional<HasMetadata>> read(String tenant, ObjectRef object) {
    return CompletableFuture.completedFuture(Optional.ofNullable(there.get(object.kind())));
  }

  private void assertAsked(FailureCode code, String words) {
    assertFailure(gone.ask(MAIN).toCompletableFuture().join(), code, words);
  }

  private void assertEnded(FailureCode code, String words) {
    assertFailure(gone.known(MAIN), code, words);
  }

  private static void assertFailure(Optional<Failure> found, FailureCode code, String words) {
    assertThat(found)
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
        .withAnnotations(new HashMap<>(MARKS))
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
        .withAnnotations(new HashMap<>(MARKS))
        .endMetadata()
        .build();
  }
}
