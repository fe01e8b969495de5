package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The status of a pod, without the nulls of its model. */
record PodView(Pod pod) {

  PodStatus status() {
    return Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
  }

  String phase() {
    return Optional.ofNullable(status().getPhase()).orElse("Pending");
  }

  /** Whether no container of it runs or is started again. */
  boolean over() {
    return Set.of("Succeeded", "Failed").contains(phase());
  }

  String reason() {
    return Optional.ofNullable(status().getReason()).orElse("");
  }

  String message() {
    return Optional.ofNullable(status().getMessage()).orElse("no message given");
  }

  Stream<ContainerStatus> containers() {
    return status().getContainerStatuses().stream();
  }

  Stream<ContainerStatus> allContainers() {
    return Stream.concat(status().getInitContainerStatuses().stream(), containers());
  }

  /** The status of a container of any type. */
  Optional<ContainerStatus> container(String name) {
    return Stream.concat(allContainers(), status().getEphemeralContainerStatuses().stream())
        .filter(container -> name.equals(container.getName()))
        .findFirst();
  }

  Optional<PodCondition> condition(String type) {
    return status().getConditions().stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  static Optional<ContainerState> state(ContainerStatus container) {
    return Optional.ofNullable(container.getState());
  }

  static Optional<ContainerStateTerminated> end(ContainerStatus container) {
    return state(container).map(ContainerState::getTerminated);
  }

  /** -1 if it is not known. */
  static int exitCode(ContainerStateTerminated end) {
    return Optional.ofNullable(end.getExitCode()).orElse(-1);
  }
}
