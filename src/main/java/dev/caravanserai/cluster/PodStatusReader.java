package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a pod's status means for its session; docs/states.md has the table. */
public final class PodStatusReader {
  private PodStatusReader() {}

  public static String phase(Pod pod) {
    return new PodView(pod).phase();
  }

  /** The status of a container of any type; empty before the kubelet has reported it. */
  public static Optional<ContainerStatus> container(Pod pod, String name) {
    return new PodView(pod).container(name);
  }

  /**
   * What the pod's status says, unless the session is being stopped.
   *
   * @param main the container that decides
   * @param started whether the session has been ready
   */
  static Verdict read(Pod pod, String main, boolean started) {
    PodView view = new PodView(pod);
    Optional<Failure> taken = view.over() ? PodFailures.takenAway(view) : Optional.empty();
    if (taken.isPresent()) {
      return Verdict.failed(taken.get());
    }
    Optional<ContainerStateTerminated> end = end(view, main);
    if (end.isPresent()) {
      return PodFailures.ended(view, main, end.get())
          .map(Verdict::failed)
          .orElse(Verdict.COMPLETED);
    }
    if (view.over()) {
      return view.phase().equals("Succeeded")
          ? Verdict.COMPLETED
          : Verdict.failed(PodFailures.failed(view));
    }
    Optional<Failure> stuck = started ? Optional.empty() : PodFailures.cannotStart(view);
    return stuck
        .map(Verdict::failed)
        .orElseGet(() -> ready(view, main) ? Verdict.READY : Verdict.notReady(started));
  }

  /** Whether the main container ended before the deletion of the pod was requested. */
  static boolean endedBeforeDeletion(Pod pod, String main) {
    Optional<Long> grace = Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds());
    Optional<Instant> requested =
        Times.parse(pod.getMetadata().getDeletionTimestamp())
            .map(at -> at.minusSeconds(grace.orElse(0L)));
    return end(new PodView(pod), main)
        .flatMap(end -> Times.parse(end.getFinishedAt()))
        .filter(end -> requested.filter(end::isBefore).isPresent())
        .isPresent();
  }

  /** The main container's end, if it is not started again. */
  private static Optional<ContainerStateTerminated> end(PodView view, String main) {
    return view.allContainers()
        .filter(c -> c.getName().equals(main))
        .flatMap(c -> PodView.end(c).stream())
        .filter(end -> view.over() || !startedAgain(view.pod(), main, end))
        .findFirst();
  }

  /** Whether a container that has ended so is started again: by its own policy, or its pod's. */
  public static boolean startedAgain(Pod pod, String container, ContainerStateTerminated end) {
    Optional<PodSpec> spec = Optional.ofNullable(pod.getSpec());
    String policy =
        spec.map(PodSpec::getInitContainers).stream()
            .flatMap(List::stream)
            .filter(init -> init.getName().equals(container))
            .map(Container::getRestartPolicy)
            .filter(Objects::nonNull)
            .findAny()
            .or(() -> spec.map(PodSpec::getRestartPolicy))
            .orElse("");
    return policy.equals("Always") || policy.equals("OnFailure") && PodView.exitCode(end) != 0;
  }

  /**
   * Whether the pod can be used: it is ready, or only ended containers beside the main one keep it
   * from that.
   */
  private static boolean ready(PodView view, String main) {
    if (Life.deleting(view.pod())) {
      return false;
    }
    Optional<PodCondition> ready = view.condition("Ready");
    return ready.filter(c -> "True".equals(c.getStatus())).isPresent()
        || ready.filter(c -> "ContainersNotReady".equals(c.getReason())).isPresent()
            && view.containers().anyMatch(c -> c.getName().equals(main) && ready(c))
            && view.containers().allMatch(c -> ready(c) || PodView.end(c).isPresent());
  }

  private static boolean ready(ContainerStatus container) {
    return Boolean.TRUE.equals(container.getReady());
  }

  static Optional<Instant> readySince(Pod pod) {
    return new PodView(pod).condition("Ready").flatMap(c -> Times.parse(c.getLastTransitionTime()));
  }

  /** The ends of containers beside the main one, one sentence each. */
  static List<String> warnings(Pod pod, String main) {
    return new PodView(pod)
        .containers()
        .filter(c -> !c.getName().equals(main))
        .flatMap(
            c ->
                PodView.end(c).stream()
                    .map(
                        end ->
                            "Container %s ended with exit code %d (%s)."
                                .formatted(c.getName(), PodView.exitCode(end), end.getReason())))
        .toList();
  }
}
