package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;

/** Drops from objects what is not used, so that ten thousand sessions fit in memory. */
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
            .withContainers(
                pod.getSpec().getContainers().stream()
                    .map(
                        c ->
                            new ContainerBuilder()
                                .withName(c.getName())
                                .withImage(c.getImage())
                                .build())
                    .toList())
            .build(),
        pod.getStatus());
  }
}
