package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The last warning events about one object. */
final class Warnings {
  private static final int TOLD = 5;

  private final KubernetesClient client;

  Warnings(KubernetesClient client) {
    this.client = client;
  }

  /** Oldest first, as {@code Reason: message}. */
  List<String> of(String namespace, String uid) {
    List<String> all =
        client
            .v1()
            .events()
            .inNamespace(namespace)
            .withField("involvedObject.uid", uid)
            .withField("type", "Warning")
            .list()
            .getItems()
            .stream()
            .sorted(Comparator.comparing(Warnings::time))
            .map(e -> e.getReason() + ": " + e.getMessage())
            .distinct()
            .toList();
    return all.subList(Math.max(0, all.size() - TOLD), all.size());
  }

  private static String time(Event event) {
    return Optional.ofNullable(event.getLastTimestamp())
        .or(() -> Optional.ofNullable(event.getMetadata().getCreationTimestamp()))
        .orElse("");
  }
}
