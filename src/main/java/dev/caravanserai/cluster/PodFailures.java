package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why a pod failed, cannot start or is gone, in the words of the kubelet and the scheduler. */
public final class PodFailures {
  /** Time-outs of the kubelet on a busy node, which it retries: no start fails because of them. */
  private static final List<String> RETRIED =
      List.of("timed out waiting for the condition", "context deadline exceeded");

  private static final Set<String> NODE_LOST =
      Set.of("NodeLost", "NodeShutdown", "Shutdown", "Terminated", "DeletionByTaintManager");

  /** A start that fails while its caller waits leaves no pod; any other failure keeps it. */
  private static final String READ_LOG =
      " Read its log: in the field log of the response to a failed start, else with"
          + " GET /v1/sessions/{id}/logs.";

  /** A pod that is started again and again does not outlive a failed start. */
  private static final String READ_RESPONSE =
      " Read its log in the field log of the response to the start. To keep it longer, use"
          + " restartPolicy Never.";

  private PodFailures() {}

  /** Why a pod in its last phase was removed from its node, by the node or the control plane. */
  static Optional<Failure> takenAway(PodView pod) {
    String reason = pod.reason();
    return switch (reason) {
      case "DeadlineExceeded" ->
          fail(
              FailureCode.DEADLINE,
              pod,
              "has exceeded its deadline: %s. Start a session with a longer time-out."
                  .formatted(pod.message()),
              reason);
      case "", "Error" -> disrupted(pod);
      default ->
          ran(pod) || reason.equals("Evicted")
              ? Optional.of(away(pod, reason, pod.message()))
              : fail(
                  FailureCode.UNSCHEDULABLE,
                  pod,
                  "was refused by its node: %s. Ask for less, or for another node."
                      .formatted(pod.message()),
                  reason);
    };
  }

  private static boolean ran(PodView pod) {
    return pod.allContainers()
        .flatMap(c -> PodView.state(c).stream())
        .anyMatch(
            s ->
                s.getRunning() != null
                    || s.getTerminated() != null && s.getTerminated().getStartedAt() != null);
  }

  private static Optional<Failure> disrupted(PodView pod) {
    return pod.condition("DisruptionTarget")
        .filter(c -> "True".equals(c.getStatus()))
        .map(c -> away(pod, c.getReason(), c.getMessage()));
  }

  /** Why the pod of a session that is not being stopped is being deleted, or is deleted. */
  static Failure deleted(Optional<Pod> last) {
    Optional<PodView> pod = last.map(PodView::new);
    return pod.flatMap(PodFailures::disrupted)
        .or(() -> pod.filter(p -> !p.reason().isEmpty()).map(p -> away(p, p.reason(), p.message())))
        .orElseGet(
            () ->
                Failure.of(
                    FailureCode.EVICTED,
                    "Pod%s was deleted, but not by Caravanserai. Stop the session and start it again."
                        .formatted(last.map(p -> " " + p.getMetadata().getName()).orElse("")),
                    "PodDeleted"));
  }

  private static Failure away(PodView pod, String reason, String message) {
    FailureCode code = NODE_LOST.contains(reason) ? FailureCode.NODE_LOST : FailureCode.EVICTED;
    String what = code == FailureCode.NODE_LOST ? "lost its node" : "was evicted";
    return fail(code, pod, what + ": " + message + ". Start a new session.", reason).orElseThrow();
  }

  /** Of a pod that failed as a whole, without an end of its main container. */
  static Failure failed(PodView pod) {
    return pod.allContainers()
        .flatMap(c -> PodView.end(c).flatMap(end -> ended(pod, c.getName(), end)).stream())
        .findFirst()
        .or(
            () ->
                fail(
                    FailureCode.CRASHED,
                    pod,
                    "failed: " + pod.message() + "." + READ_LOG,
                    "Failed"))
        .orElseThrow();
  }

  /** Why it cannot start, if waiting does not help. */
  static Optional<Failure> cannotStart(PodView pod) {
    return pod.allContainers()
        .flatMap(
            c ->
                PodView.state(c).map(ContainerState::getWaiting).stream()
                    .flatMap(waiting -> waiting(pod, c, waiting).stream()))
        .findFirst();
  }

  /** Why no node takes it now, in the scheduler's words; a free node may resolve that. */
  public static Optional<Failure> unschedulable(Pod pod) {
    PodView view = new PodView(pod);
    return view.condition("PodScheduled")
        .filter(c -> "False".equals(c.getStatus()) && "Unschedulable".equals(c.getReason()))
        .flatMap(
            c ->
                fail(
                    FailureCode.UNSCHEDULABLE,
                    view,
                    "fits no node: %s. %s"
                        .formatted(said(c).replaceFirst("\\.+$", ""), advice(said(c))),
                    c.getReason()));
  }

  private static String said(PodCondition condition) {
    return Optional.ofNullable(condition.getMessage()).orElse("the scheduler gives no reason");
  }

  private static String advice(String scheduler) {
    return scheduler.contains("PersistentVolumeClaim")
        ? "Look at the events of its claim: its storage class, size or claim may not exist."
        : "Ask for less, or give the cluster a node that fits.";
  }

  private static Optional<Failure> waiting(
      PodView pod, ContainerStatus status, ContainerStateWaiting waiting) {
    String reason = Optional.ofNullable(waiting.getReason()).orElse("");
    String message = Optional.ofNullable(waiting.getMessage()).orElse(reason);
    if (RETRIED.stream().anyMatch(message::contains)) {
      return Optional.empty();
    }
    return switch (reason) {
      case "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName" ->
          fail(
              FailureCode.IMAGE_PULL,
              pod,
              "cannot get the image %s: %s. Check the image's name and that the nodes may pull it."
                  .formatted(status.getImage(), message),
              reason);
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          fail(
              FailureCode.CONFIG_ERROR,
              pod,
              "cannot create container %s: %s. Correct the request or the profile."
                  .formatted(status.getName(), message),
              reason);
      case "CrashLoopBackOff" ->
          Optional.ofNullable(status.getLastState())
              .map(ContainerState::getTerminated)
              .flatMap(last -> ended(pod, status.getName(), last, READ_RESPONSE))
              .or(
                  () ->
                      fail(
                          FailureCode.CRASHED,
                          pod,
                          "ends again and again: container %s.".formatted(status.getName())
                              + READ_RESPONSE,
                          reason));
      default -> Optional.empty();
    };
  }

  /** Empty if it ended with 0. */
  static Optional<Failure> ended(PodView pod, String container, ContainerStateTerminated end) {
    return ended(pod, container, end, READ_LOG);
  }

  private static Optional<Failure> ended(
      PodView pod, String container, ContainerStateTerminated end, String advice) {
    String reason = Optional.ofNullable(end.getReason()).orElse("");
    if (PodView.exitCode(end) == 0) {
      return Optional.empty();
    }
    String message = Optional.ofNullable(end.getMessage()).orElse(reason);
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
              "cannot run its command: %s. Correct command, args, workingDir or image."
                  .formatted(message),
              reason);
      default ->
          fail(
              FailureCode.CRASHED,
              pod,
              "ended: container %s exited with %d.".formatted(container, PodView.exitCode(end))
                  + advice,
              reason);
    };
  }

  private static Optional<Failure> fail(FailureCode code, PodView pod, String what, String reason) {
    String name = pod.pod().getMetadata().getName();
    return Optional.of(Failure.of(code, "Pod " + name + " " + what, reason));
  }
}
