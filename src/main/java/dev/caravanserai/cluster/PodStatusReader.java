package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says what a pod's status means for its session, in the kubelet's and scheduler's own words. */
public final class PodStatusReader {
  /** The kubelet's own time-outs, on a busy node: it tries again, so no start fails of them. */
  private static final List<String> PASSING =
      List.of("timed out waiting for the condition", "context deadline exceeded");

  private PodStatusReader() {}

  /** The state of a session that is not being stopped. */
  public static State state(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return State.STOPPING;
    }
    if (failure(pod).isPresent()) {
      return State.FAILED;
    }
    return switch (phase(pod)) {
      case "Succeeded" -> State.COMPLETED;
      case "Running" -> ready(pod) ? State.RUNNING : State.PENDING;
      default -> State.PENDING;
    };
  }

  public static String phase(Pod pod) {
    return Optional.ofNullable(pod.getStatus()).map(PodStatus::getPhase).orElse("Pending");
  }

  public static boolean ready(Pod pod) {
    return condition(pod, "Ready").filter(c -> "True".equals(c.getStatus())).isPresent();
  }

  /** What no waiting will mend. */
  public static Optional<Failure> failure(Pod pod) {
    Optional<Failure> ofContainer =
        containers(pod).map(c -> container(pod, c)).flatMap(Optional::stream).findFirst();
    if (!"Failed".equals(phase(pod))) {
      return ofContainer;
    }
    String reason = Optional.ofNullable(pod.getStatus().getReason()).orElse("");
    String message = Optional.ofNullable(pod.getStatus().getMessage()).orElse("no message given");
    return switch (reason) {
      case "Evicted" ->
          fail(
              FailureCode.EVICTED,
              pod,
              "was evicted: " + message + ". Ask for the resources it needs and start it again.",
              reason);
      case "DeadlineExceeded" ->
          fail(
              FailureCode.DEADLINE,
              pod,
              "outlived its deadline: " + message + ". Start a session with a longer time-out.",
              reason);
      case "NodeLost", "NodeAffinity", "Shutdown", "Terminated" ->
          fail(
              FailureCode.NODE_LOST,
              pod,
              "lost its node: " + message + ". Start it again.",
              reason);
      default ->
          ofContainer.or(
              () ->
                  fail(
                      FailureCode.CRASHED,
                      pod,
                      "failed: " + message + ". Look at its logs.",
                      reason.isEmpty() ? "Failed" : reason));
    };
  }

  /**
   * Whether some container that has failed was only waiting since: neither ran nor ended.
   *
   * @param failed an earlier status of the same pod
   */
  static boolean noFurther(Pod failed, Pod now) {
    return containers(failed)
        .filter(c -> container(failed, c).isPresent())
        .anyMatch(c -> waiting(now, c.getName()));
  }

  private static boolean waiting(Pod pod, String container) {
    return containers(pod)
        .filter(c -> c.getName().equals(container))
        .map(ContainerStatus::getState)
        .anyMatch(state -> state != null && state.getWaiting() != null);
  }

  /** What may mend itself when a node comes free: the scheduler's words. */
  public static Optional<Failure> unschedulable(Pod pod) {
    return condition(pod, "PodScheduled")
        .filter(c -> "False".equals(c.getStatus()) && "Unschedulable".equals(c.getReason()))
        .flatMap(
            c ->
                fail(
                    FailureCode.UNSCHEDULABLE,
                    pod,
                    "fits no node: "
                        + c.getMessage()
                        + ". Ask for less, or give the cluster a node that fits.",
                    c.getReason()));
  }

  private static Optional<Failure> container(Pod pod, ContainerStatus status) {
    ContainerState state = status.getState();
    if (state == null) {
      return Optional.empty();
    }
    return state.getWaiting() != null
        ? waiting(pod, status, state.getWaiting())
        : state.getTerminated() != null
            ? terminated(pod, status, state.getTerminated())
            : Optional.empty();
  }

  private static Optional<Failure> waiting(
      Pod pod, ContainerStatus status, ContainerStateWaiting waiting) {
    String reason = Optional.ofNullable(waiting.getReason()).orElse("");
    String message = Optional.ofNullable(waiting.getMessage()).orElse(reason);
    if (PASSING.stream().anyMatch(message::contains)) {
      return Optional.empty();
    }
    return switch (reason) {
      case "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName" ->
          fail(
              FailureCode.IMAGE_PULL,
              pod,
              "cannot get the image "
                  + status.getImage()
                  + ": "
                  + message
                  + ". Check the image's name and that the nodes may pull it.",
              reason);
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          fail(
              FailureCode.CONFIG_ERROR,
              pod,
              "cannot create container "
                  + status.getName()
                  + ": "
                  + message
                  + ". Correct the request or the profile.",
              reason);
      case "CrashLoopBackOff" -> crashed(pod, status, reason);
      default -> Optional.empty();
    };
  }

  private static Optional<Failure> crashed(Pod pod, ContainerStatus status, String reason) {
    ContainerStateTerminated last =
        status.getLastState() == null ? null : status.getLastState().getTerminated();
    return last == null
        ? fail(FailureCode.CRASHED, pod, "crashes again and again. Look at its logs.", reason)
        : terminated(pod, status, last);
  }

  private static Optional<Failure> terminated(
      Pod pod, ContainerStatus status, ContainerStateTerminated terminated) {
    String reason = Optional.ofNullable(terminated.getReason()).orElse("");
    int code = terminated.getExitCode() == null ? -1 : terminated.getExitCode();
    if (code == 0) {
      return Optional.empty();
    }
    String message = Optional.ofNullable(terminated.getMessage()).orElse(reason);
    return switch (reason) {
      case "OOMKilled" ->
          fail(
              FailureCode.OOM_KILLED,
              pod,
              "needed more memory than its limit. Ask for a higher memory limit.",
              reason);
      case "StartError", "ContainerCannotRun" ->
          fail(
              FailureCode.CONFIG_ERROR,
              pod,
              "cannot run its command: "
                  + message
                  + ". Correct command, args, workingDir or image.",
              reason);
      default ->
          fail(
              FailureCode.CRASHED,
              pod,
              "ended: container %s exited with %d. Look at its logs."
                  .formatted(status.getName(), code),
              reason);
    };
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    PodStatus status = pod.getStatus();
    return status == null
        ? Stream.empty()
        : Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses())
            .flatMap(List::stream);
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return Optional.ofNullable(pod.getStatus()).map(PodStatus::getConditions).stream()
        .flatMap(List::stream)
        .filter(c -> type.equals(c.getType()))
        .findFirst();
  }

  private static Optional<Failure> fail(FailureCode code, Pod pod, String what, String reason) {
    return Optional.of(Failure.of(code, "Pod " + pod.getMetadata().getName() + " " + what, reason));
  }
}
