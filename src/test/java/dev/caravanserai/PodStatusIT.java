package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The status of a pod with two containers, on the local cluster and on a real one. */
@ExtendWith(NothingLeftBehind.class)
class PodStatusIT {
  private static final String FOREVER = "exec sleep 1000";
  private static final String FINALIZER = "caravanserai.dev/test";

  private final KubernetesClient client = TestCluster.get().client();
  private final String name = "status-" + Long.toString(System.nanoTime(), 36);
  private final PodResource resource =
      client.pods().inNamespace(TestCluster.NAMESPACE).withName(name);

  @AfterEach
  void remove() {
    if (resource.get() != null) {
      finalizers("null");
    }
    resource.withGracePeriod(0).delete();
    resource.waitUntilCondition(java.util.Objects::isNull, Patience.SECONDS, TimeUnit.SECONDS);
  }

  private void pod(String restartPolicy, String main, String sidecar) {
    PodBuilder pod = new PodBuilder().withNewMetadata().withName(name).endMetadata();
    pod.withNewSpec().withRestartPolicy(restartPolicy).endSpec();
    Map<String, String> scripts = Map.of("main", main, "sidecar", sidecar);
    for (String container : List.of("main", "sidecar")) {
      pod.editSpec()
          .addNewContainer()
          .withName(container)
          .withImage("busybox:1")
          .withCommand("sh", "-c", scripts.get(container))
          .endContainer()
          .endSpec();
    }
    client.pods().inNamespace(TestCluster.NAMESPACE).resource(pod.build()).create();
  }

  /** Returns the very state of the pod that met the condition. */
  private Pod awaitPod(Consumer<Pod> condition) {
    AtomicReference<Pod> seen = new AtomicReference<>();
    await()
        .untilAsserted(
            () -> {
              seen.set(resource.get());
              condition.accept(seen.get());
            });
    return seen.get();
  }

  private static Map<String, ContainerStatus> containers(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .collect(Collectors.toMap(ContainerStatus::getName, status -> status));
  }

  private static int exitCode(Pod pod, String container) {
    assertThat(containers(pod)).hasSize(2);
    return exitCode(containers(pod).get(container).getState(), container);
  }

  /** A kubelet counts a restart before it has the state of the run before. */
  private static int lastExitCode(Pod pod, String container) {
    return exitCode(containers(pod).get(container).getLastState(), container);
  }

  private static int exitCode(ContainerState state, String container) {
    assertThat(state.getTerminated()).as("end of %s", container).isNotNull();
    return state.getTerminated().getExitCode();
  }

  private static void running(Pod pod, String container) {
    assertThat(containers(pod)).hasSize(2);
    assertThat(containers(pod).get(container).getState().getRunning()).isNotNull();
    assertThat(containers(pod).get(container).getReady()).isTrue();
  }

  private static String waiting(Pod pod, String container) {
    ContainerState state = containers(pod).get(container).getState();
    return state.getWaiting() == null ? "" : state.getWaiting().getReason();
  }

  private static PodCondition condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static void unready(Pod pod, String containers) {
    for (String type : List.of("Ready", "ContainersReady")) {
      assertThat(condition(pod, type))
          .extracting(PodCondition::getStatus, PodCondition::getReason, PodCondition::getMessage)
          .containsExactly(
              "False",
              "ContainersNotReady",
              "containers with unready status: [" + containers + "]");
    }
  }

  @Test
  void pod_is_running_but_not_ready_after_its_main_container_ended_beside_a_running_sidecar() {
    // When
    pod("Never", "exit 0", FOREVER);

    // Then
    Pod pod =
        awaitPod(
            p -> {
              assertThat(exitCode(p, "main")).isZero();
              running(p, "sidecar");
            });
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    assertThat(containers(pod).get("main"))
        .extracting(ContainerStatus::getReady, ContainerStatus::getStarted)
        .containsExactly(false, false);
    assertThat(containers(pod).get("main").getState().getTerminated().getReason())
        .isEqualTo("Completed");
    unready(pod, "main");
  }

  @Test
  void pod_is_running_but_not_ready_after_its_sidecar_failed() {
    // When
    pod("Never", FOREVER, "exit 1");

    // Then
    Pod pod =
        awaitPod(
            p -> {
              assertThat(exitCode(p, "sidecar")).isOne();
              running(p, "main");
            });
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    assertThat(containers(pod).get("sidecar").getState().getTerminated().getReason())
        .isEqualTo("Error");
    unready(pod, "sidecar");
  }

  @Test
  void pod_succeeds_if_all_containers_do_and_fails_if_one_does() {
    // When
    pod("Never", "exit 0", "exit 0");

    // Then
    Pod good = awaitPod(p -> assertThat(p.getStatus().getPhase()).isEqualTo("Succeeded"));
    assertThat(condition(good, "Initialized").getStatus()).isEqualTo("True");
    for (String type : List.of("Initialized", "Ready", "ContainersReady")) {
      assertThat(condition(good, type).getReason()).isEqualTo("PodCompleted");
    }
    remove();

    // When
    pod("Never", "exit 0", "exit 1");

    // Then
    Pod bad = awaitPod(p -> assertThat(p.getStatus().getPhase()).isEqualTo("Failed"));
    assertThat(condition(bad, "Ready").getReason()).isIn("PodFailed", "ContainersNotReady");
    assertThat(List.of(exitCode(bad, "main"), exitCode(bad, "sidecar"))).containsExactly(0, 1);
  }

  @Test
  void on_failure_only_the_failed_container_is_restarted_with_back_off() {
    // When
    pod("OnFailure", "exit 0", "exit 1");

    // Then
    Pod pod =
        awaitPod(
            p -> {
              assertThat(exitCode(p, "main")).isZero();
              assertThat(waiting(p, "sidecar")).isEqualTo("CrashLoopBackOff");
              assertThat(lastExitCode(p, "sidecar")).isOne();
            });
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    ContainerStatus sidecar = containers(pod).get("sidecar");
    assertThat(sidecar.getRestartCount()).isPositive();
    assertThat(sidecar.getState().getWaiting().getMessage())
        .matches(
            "back-off \\d+s restarting failed container=sidecar pod=%s_%s\\(%s\\)"
                .formatted(name, TestCluster.NAMESPACE, pod.getMetadata().getUid()));
    assertThat(containers(pod).get("main").getRestartCount()).isZero();
  }

  @Test
  void container_that_exited_with_0_is_restarted_if_the_policy_is_always() {
    // When
    pod("Always", "exit 0", FOREVER);

    // Then
    Pod pod =
        awaitPod(
            p -> {
              running(p, "sidecar");
              assertThat(containers(p).get("main").getRestartCount()).isPositive();
              assertThat(lastExitCode(p, "main")).isZero();
            });
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    assertThat(containers(pod).get("sidecar").getRestartCount()).isZero();
  }

  @Test
  void pod_is_pending_while_one_container_cannot_be_created() {
    // When
    PodBuilder pod = new PodBuilder().withNewMetadata().withName(name).endMetadata();
    pod.withNewSpec()
        .addNewContainer()
        .withName("main")
        .withImage("busybox:1")
        .withCommand("sleep", "1000")
        .endContainer()
        .addNewContainer()
        .withName("sidecar")
        .withImage("busybox:1")
        .withCommand("sleep", "1000")
        .addNewEnvFrom()
        .withNewConfigMapRef("missing", false)
        .endEnvFrom()
        .endContainer()
        .endSpec();
    client.pods().inNamespace(TestCluster.NAMESPACE).resource(pod.build()).create();

    // Then
    Pod seen =
        awaitPod(
            p -> {
              running(p, "main");
              assertThat(waiting(p, "sidecar")).isEqualTo("CreateContainerConfigError");
            });
    assertThat(seen.getStatus().getPhase()).isEqualTo("Pending");
    unready(seen, "sidecar");
  }

  @Test
  void deleted_pod_with_a_finalizer_stays_with_the_exit_codes_of_its_containers() {
    // Given
    pod("Always", "trap 'exit 5' TERM; while :; do sleep 0.1; done", FOREVER);
    awaitPod(p -> List.of("main", "sidecar").forEach(container -> running(p, container)));
    finalizers("[\"" + FINALIZER + "\"]");

    // When
    resource.withGracePeriod(2).delete();

    // Then
    Pod pod =
        awaitPod(
            p -> {
              assertThat(exitCode(p, "main")).isEqualTo(5);
              assertThat(exitCode(p, "sidecar")).isEqualTo(137);
              assertThat(p.getMetadata().getDeletionGracePeriodSeconds()).isZero();
            });
    assertThat(pod.getMetadata().getDeletionTimestamp()).isNotEmpty();
    assertThat(containers(pod).get("main").getRestartCount()).isZero();
    finalizers("null");
    await().until(() -> resource.get() == null);
  }

  private void finalizers(String value) {
    resource.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"metadata\":{\"finalizers\":%s}}".formatted(value));
  }
}
