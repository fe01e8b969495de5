package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;

/**
 * Drops from objects what is not used, so that ten thousand sessions fit in memory. Of the init
 * containers it keeps the sidecars, which run as long as the pod.
 */
final class Stripped {
  private Stripped() {}

  static HasMetadata of(HasMetadata object) {
    object.getMetadata().setManagedFields(null);
    return object instanceof Pod pod && pod.getSpec() != null ? pod(pod) : object;
  }

  private static Pod pod(Pod pod) {
    return new Pod(
        pod.getApiVersion(),
        pod.getKind(),
        pod.getMetadata(),
        new PodSpecBuilder()
            .withNodeName(pod.getSpec().getNodeName())
            .withRestartPolicy(pod.getSpec().getRestartPolicy())
            .withInitContainers(
                pod.getSpec().getInitContainers().stream()
                    .filter(container -> "Always".equals(container.getRestartPolicy()))
                    .map(Stripped::container)
                    .toList())
            .withContainers(
                pod.getSpec().getContainers().stream().map(Stripped::container).toList())
            .build(),
        pod.getStatus());
  }

  private static Container container(Container container) {
    return new ContainerBuilder()
        .withName(container.getName())
        .withImage(container.getImage())
        .withRestartPolicy(container.getRestartPolicy())
        .build();
  }
}
