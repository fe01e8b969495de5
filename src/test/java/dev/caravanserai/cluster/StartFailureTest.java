package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A failure is reported once, however often the kubelet retries. */
class StartFailureTest {
  private static final String GONE = "rpc error: code = NotFound desc = no such image";
  private static final String BACK_OFF = "Back-off pulling image \"x\"";

  private final SessionCache index = new SessionCache("inn", Runnable::run);
  private final List<State> told = new ArrayList<>();

  /** As a 1.20 kubelet told them of an image that there is not, with their order in time. */
  @Test
  void missing_image_fails_its_session_once() {
    // When
    tell(waiting("ContainerCreating", ""));
    for (int tries = 0; tries < 5; tries++) {
      tell(waiting("ErrImagePull", GONE));
      tell(waiting("ImagePullBackOff", BACK_OFF));
    }

    // Then
    assertThat(told).containsExactly(State.PENDING, State.FAILED);
  }

  @Test
  void running_container_clears_the_failure() {
    // When
    tell(waiting("ErrImagePull", GONE));
    tell(waiting("ImagePullBackOff", BACK_OFF));
    tell(waiting("ContainerCreating", ""));
    tell(RUNNING);

    // Then
    assertThat(told).containsExactly(State.PENDING, State.FAILED, State.RUNNING);
    assertThat(index.all()).allSatisfy(s -> assertThat(s.failure()).isEmpty());
  }

  @Test
  void running_sidecar_does_not_clear_the_failure() {
    // When
    tell(waiting("ImagePullBackOff", BACK_OFF), RUNNING);
    tell(waiting("ErrImagePull", GONE), RUNNING);

    // Then
    assertThat(told).containsExactly(State.FAILED);
  }

  @Test
  void restarting_container_is_not_ready_and_not_failed() {
    // When
    tell(RUNNING);
    tell(ended(1));
    tell(waiting("CrashLoopBackOff", "back-off"));
    tell(RUNNING);

    // Then
    assertThat(told).containsExactly(State.RUNNING);
    assertThat(index.all()).allSatisfy(s -> assertThat(s.ready()).isTrue());
  }

  @Test
  void message_about_a_restarting_container_does_not_point_to_a_log_that_is_deleted() {
    // When
    tell(waiting("CrashLoopBackOff", "back-off"));

    // Then
    assertThat(index.all())
        .singleElement()
        .satisfies(
            s ->
                assertThat(s.failure().orElseThrow().message())
                    .contains("in the field log", "restartPolicy Never")
                    .doesNotContain("/logs"));
  }

  @ParameterizedTest
  @CsvSource({
    "OutOfcpu, 'Node didn''t have enough resource: cpu, requested: 9000'",
    "OutOfmemory, 'Node didn''t have enough resource: memory, requested: 9000'",
    "UnexpectedAdmissionError, 'Allocate failed due to no devices, which is unexpected'"
  })
  void pod_that_its_node_refuses_is_unschedulable_in_the_words_of_the_kubelet(
      String reason, String message) {
    // Given
    Pod refused = pod("1");
    refused.getStatus().setPhase("Failed");
    refused.getStatus().setReason(reason);
    refused.getStatus().setMessage(message);

    // When
    index.onUpdate(anchor());
    index.onUpdate(refused);

    // Then
    Failure failure = index.all().get(0).failure().orElseThrow();
    assertThat(failure.code()).isEqualTo(FailureCode.UNSCHEDULABLE);
    assertThat(failure.reason()).contains(reason);
    assertThat(failure.message())
        .contains("was refused by its node: " + message, "Ask for less")
        .doesNotContain(" log");
  }

  /** Whatever comes in whatever order. */
  @Property
  void session_is_never_pending_again_after_it_failed_or_was_ready(
      @ForAll("statuses") List<ContainerState> statuses) {
    // Given
    SessionCache own = new SessionCache("inn", Runnable::run);
    own.onUpdate(anchor());

    boolean further = false;
    for (ContainerState status : statuses) {
      // When
      own.onUpdate(pod("1", status));

      // Then
      State state = own.all().get(0).state();
      assertThat(state).isNotEqualTo(further ? State.PENDING : State.STOPPED);
      further |= state != State.PENDING;
    }
  }

  @Provide
  Arbitrary<List<ContainerState>> statuses() {
    return Arbitraries.of(
            waiting("ContainerCreating", ""),
            waiting("PodInitializing", ""),
            waiting("ErrImagePull", GONE),
            waiting("ErrImagePull", "context deadline exceeded"),
            waiting("ImagePullBackOff", BACK_OFF),
            waiting("CreateContainerConfigError", "secret \"x\" not found"),
            waiting("CrashLoopBackOff", "back-off"),
            ended(0),
            ended(1),
            RUNNING)
        .list()
        .ofMaxSize(12);
  }

  private static final ContainerState RUNNING =
      new ContainerStateBuilder().withNewRunning().endRunning().build();

  private static ContainerState waiting(String reason, String message) {
    return new ContainerStateBuilder().withNewWaiting(message, reason).build();
  }

  private static ContainerState ended(int code) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(code)
        .endTerminated()
        .build();
  }

  private void tell(ContainerState... states) {
    if (told.isEmpty()) {
      index.onUpdate(anchor());
      index.subscribe(
          "test",
          100,
          change -> {
            if (change.transition() || told.isEmpty()) {
              told.add(change.session().state());
            }
          });
    }
    index.onUpdate(pod("1", states));
  }

  private static ConfigMap anchor() {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("ns")
        .withUid("a")
        .withAnnotations(marks())
        .endMetadata()
        .build();
  }

  private static Map<String, String> marks() {
    return Map.of(
        Annotations.ID, "a",
        Annotations.TENANT, "default",
        Annotations.START_BY, "2027-01-01T00:00:00Z",
        Annotations.EXPIRES_AT, "2027-01-01T00:00:00Z");
  }

  private static Pod pod(String uid, ContainerState... states) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("session-a")
            .withNamespace("ns")
            .withUid(uid)
            .withCreationTimestamp("2026-01-01T00:00:00Z")
            .withAnnotations(marks())
            .addNewOwnerReference()
            .withKind("ConfigMap")
            .withUid("a")
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Always")
            .endSpec()
            .withNewStatus()
            .endStatus()
            .build();
    boolean runs = Arrays.stream(states).allMatch(s -> s.getRunning() != null);
    pod.getStatus().setPhase(runs ? "Running" : "Pending");
    if (runs) {
      pod.getStatus()
          .setConditions(
              List.of(new PodConditionBuilder().withType("Ready").withStatus("True").build()));
    }
    for (int i = 0; i < states.length; i++) {
      pod.getStatus()
          .getContainerStatuses()
          .add(
              new ContainerStatusBuilder()
                  .withName("c" + i)
                  .withImage("x")
                  .withState(states[i])
                  .withRestartCount(0)
                  .build());
    }
    return pod;
  }
}
