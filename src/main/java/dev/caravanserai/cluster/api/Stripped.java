package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;

/** Drops from objects what is not used, so that ten thousand sessions fit in memory. */
final class Stripped {
  private Stripped() {}

  static ConfigMap anchor(ConfigMap anchor) {
    anchor.getMetadata().setManagedFields(null);
    return anchor;
  }

  static Pod pod(Pod pod) {
    pod.getMetadata().setManagedFields(null);
    if (pod.getSpec() != null) {
      pod.setSpec(
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
              .build());
    }
    return pod;
  }
}
