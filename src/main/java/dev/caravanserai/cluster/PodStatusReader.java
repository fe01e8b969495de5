package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says what a pod's status means for its session, in the kubelet's and the scheduler's own words.
 * docs/states.md is the table of it.
 */
public final class PodStatusReader {
  /**
   * The kubelet's own time-outs on a busy node: it tries again, so no start fails because of them.
   */
  private static final List<String> PASSING =
      List.of("timed out waiting for the condition", "context deadline exceeded");

  private static final Set<String> NODE_LOST =
      Set.of("NodeLost", "NodeShutdown", "Shutdown", "Terminated", "DeletionByTaintManager");

  /** A start that fails while its caller waits leaves no pod; any other failure keeps it. */
  private static final String READ_LOG =
      " Read its log: in the field log of the response to a failed start, else with"
          + " GET /v1/sessions/{id}/logs.";

  private PodStatusReader() {}

  public static String phase(Pod pod) {
    return Optional.ofNullable(pod.getStatus()).map(PodStatus::getPhase).orElse("Pending");
  }

  /**
   * What the pod's status says, as long as nobody stops the session.
   *
   * @param main the container that decides
   * @param started whether the session has been ready
   */
  static Verdict read(Pod pod, String main, boolean started) {
    boolean over = Set.of("Succeeded", "Failed").contains(phase(pod));
    Optional<Failure> taken = over ? taken(pod) : Optional.empty();
    if (taken.isPresent()) {
      return Verdict.failed(taken.get());
    }
    Optional<ContainerStateTerminated> end = end(pod, main);
    if (end.isPresent()) {
      return terminated(pod, main, end.get()).map(Verdict::failed).orElse(Verdict.COMPLETED);
    }
    if (over) {
      return phase(pod).equals("Succeeded") ? Verdict.COMPLETED : Verdict.failed(failed(pod));
    }
    Optional<Failure> stuck = started ? Optional.empty() : stuck(pod);
    return stuck
        .map(Verdict::failed)
        .orElseGet(() -> ready(pod, main) ? Verdict.READY : Verdict.notReady(started));
  }

  /** Whether the main container's end, if there is one, came before anybody deleted the pod. */
  static boolean endedBeforeDeletion(Pod pod, String main) {
    Optional<Instant> deleted =
        Times.parse(pod.getMetadata().getDeletionTimestamp())
            .map(
                at ->
                    at.minusSeconds(
                        Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds())
                            .orElse(0L)));
    return end(pod, main)
        .flatMap(end -> Times.parse(end.getFinishedAt()))
        .filter(end -> deleted.filter(end::isBefore).isPresent())
        .isPresent();
  }

  /** The main container's end, if it is not started again. */
  private static Optional<ContainerStateTerminated> end(Pod pod, String main) {
    boolean over = Set.of("Succeeded", "Failed").contains(phase(pod));
    return containers(pod)
        .filter(c -> c.getName().equals(main))
        .flatMap(c -> Stream.ofNullable(c.getState()))
        .flatMap(state -> Stream.ofNullable(state.getTerminated()))
        .filter(end -> over || !startedAgain(pod, end))
        .findFirst();
  }

  private static boolean startedAgain(Pod pod, ContainerStateTerminated end) {
    String policy = pod.getSpec() == null ? "" : String.valueOf(pod.getSpec().getRestartPolicy());
    return policy.equals("Always") || policy.equals("OnFailure") && exitCode(end) != 0;
  }

  /**
   * Whether the pod can be used: it is ready, or all that keeps it from that are containers beside
   * the main one that have ended.
   */
  static boolean ready(Pod pod, String main) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return false;
    }
    Optional<PodCondition> ready = condition(pod, "Ready");
    return ready.filter(c -> "True".equals(c.getStatus())).isPresent()
        || ready.filter(c -> "ContainersNotReady".equals(c.getReason())).isPresent()
            && statuses(pod).anyMatch(c -> c.getName().equals(main) && ready(c))
            && statuses(pod).allMatch(c -> ready(c) || ended(c).isPresent());
  }

  private static boolean ready(ContainerStatus container) {
    return Boolean.TRUE.equals(container.getReady());
  }

  /** Since when it is ready. */
  static Optional<Instant> readySince(Pod pod) {
    return condition(pod, "Ready").flatMap(c -> Times.parse(c.getLastTransitionTime()));
  }

  /** What has ended beside the main container, one sentence each. */
  static List<String> warnings(Pod pod, String main) {
    return statuses(pod)
        .filter(c -> !c.getName().equals(main))
        .flatMap(
            c ->
                ended(c).stream()
                    .map(
                        end ->
                            "Container %s ended with exit code %d (%s)."
                                .formatted(c.getName(), exitCode(end), end.getReason())))
        .toList();
  }

  private static Optional<ContainerStateTerminated> ended(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(ContainerState::getTerminated);
  }

  /** Why it was taken from its node, by the node or by the control plane. */
  private static Optional<Failure> taken(Pod pod) {
    String reason = Optional.ofNullable(pod.getStatus().getReason()).orElse("");
    String message = Optional.ofNullable(pod.getStatus().getMessage()).orElse("no message given");
    if (reason.equals("DeadlineExceeded")) {
      return fail(
          FailureCode.DEADLINE,
          pod,
          "has exceeded its deadline: " + message + ". Start a session with a longer time-out.",
          reason);
    }
    if (reason.isEmpty() || reason.equals("Error")) {
      return disruption(pod).map(c -> away(pod, c.getReason(), c.getMessage()));
    }
    return ran(pod) || reason.equals("Evicted")
        ? Optional.of(away(pod, reason, message))
        : fail(
            FailureCode.UNSCHEDULABLE,
            pod,
            "was refused by its node: " + message + ". Ask for less, or for another node.",
            reason);
  }

  private static boolean ran(Pod pod) {
    return containers(pod)
        .map(ContainerStatus::getState)
        .anyMatch(
            s ->
                s != null
                    && (s.getRunning() != null
                        || s.getTerminated() != null && s.getTerminated().getStartedAt() != null));
  }

  private static Optional<PodCondition> disruption(Pod pod) {
    return condition(pod, "DisruptionTarget").filter(c -> "True".equals(c.getStatus()));
  }

  /** Why the pod of a session that nobody stops is being deleted, or is deleted. */
  static Failure deleted(Optional<Pod> pod) {
    return pod.flatMap(p -> disruption(p).map(c -> away(p, c.getReason(), c.getMessage())))
        .or(
            () ->
                pod.filter(p -> p.getStatus() != null && p.getStatus().getReason() != null)
                    .map(p -> away(p, p.getStatus().getReason(), p.getStatus().getMessage())))
        .orElseGet(
            () ->
                Failure.of(
                    FailureCode.EVICTED,
                    "Pod%s was deleted, but not by Caravanserai. Stop the session and start it again."
                        .formatted(pod.map(p -> " " + p.getMetadata().getName()).orElse("")),
                    "PodDeleted"));
  }

  private static Failure away(Pod pod, String reason, String message) {
    FailureCode code = NODE_LOST.contains(reason) ? FailureCode.NODE_LOST : FailureCode.EVICTED;
    String what = code == FailureCode.NODE_LOST ? "lost its node" : "was evicted";
    return fail(code, pod, what + ": " + message + ". Start a new session.", reason).orElseThrow();
  }

  /** Of a pod that failed as a whole without a word from its main container. */
  private static Failure failed(Pod pod) {
    return containers(pod)
        .flatMap(c -> ended(c).flatMap(end -> terminated(pod, c.getName(), end)).stream())
        .findFirst()
        .or(
            () ->
                fail(
                    FailureCode.CRASHED,
                    pod,
                    "failed: "
                        + Optional.ofNullable(pod.getStatus().getMessage())
                            .orElse("no message given")
                        + "."
                        + READ_LOG,
                    "Failed"))
        .orElseThrow();
  }

  /** Why it cannot start, where no waiting will help. */
  private static Optional<Failure> stuck(Pod pod) {
    return containers(pod)
        .flatMap(
            c ->
                Stream.ofNullable(c.getState())
                    .flatMap(state -> Stream.ofNullable(state.getWaiting()))
                    .flatMap(waiting -> waiting(pod, c, waiting).stream()))
        .findFirst();
  }

  /** What may resolve itself when a node comes free: the scheduler's words. */
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
    return Optional.ofNullable(status.getLastState())
        .map(ContainerState::getTerminated)
        .flatMap(last -> terminated(pod, status.getName(), last))
        .or(
            () ->
                fail(
                    FailureCode.CRASHED,
                    pod,
                    "ends again and again: container %s.".formatted(status.getName()) + READ_LOG,
                    reason));
  }

  private static int exitCode(ContainerStateTerminated end) {
    return end.getExitCode() == null ? -1 : end.getExitCode();
  }

  /** Empty if it ended with 0. */
  private static Optional<Failure> terminated(
      Pod pod, String container, ContainerStateTerminated end) {
    String reason = Optional.ofNullable(end.getReason()).orElse("");
    if (exitCode(end) == 0) {
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
              "cannot run its command: "
                  + message
                  + ". Correct command, args, workingDir or image.",
              reason);
      default ->
          fail(
              FailureCode.CRASHED,
              pod,
              "ended: container %s exited with %d.".formatted(container, exitCode(end)) + READ_LOG,
              reason);
    };
  }

  /** Of init containers too. */
  private static Stream<ContainerStatus> containers(Pod pod) {
    PodStatus status = pod.getStatus();
    return status == null
        ? Stream.empty()
        : Stream.concat(status.getInitContainerStatuses().stream(), statuses(pod));
  }

  private static Stream<ContainerStatus> statuses(Pod pod) {
    return Optional.ofNullable(pod.getStatus()).map(PodStatus::getContainerStatuses).stream()
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
