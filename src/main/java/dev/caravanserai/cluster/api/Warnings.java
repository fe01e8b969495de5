package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ObjectRef;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventList;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads the last warning events about one life of an object. */
final class Warnings {
  private static final int LAST = 5;

  private final ApiRequests requests;

  Warnings(ApiRequests requests) {
    this.requests = requests;
  }

  /** Oldest first, as {@code Reason: message}. */
  CompletionStage<List<String>> of(ObjectRef object, String tenant) {
    String path =
        "/api/v1/namespaces/%s/events?fieldSelector=involvedObject.uid%%3D%s%%2Ctype%%3DWarning"
            .formatted(object.namespace(), object.uid().orElseThrow());
    return requests
        .send(
            tenant,
            "Reading the events of " + object,
            "GET",
            () -> path,
            "application/json",
            Optional.empty())
        .thenApply(body -> last(Serialization.unmarshal(body, EventList.class).getItems()));
  }

  private static List<String> last(List<Event> events) {
    List<String> all =
        events.stream()
            .sorted(Comparator.comparing(Warnings::time))
            .map(e -> e.getReason() + ": " + e.getMessage())
            .distinct()
            .toList();
    return all.subList(Math.max(0, all.size() - LAST), all.size());
  }

  private static String time(Event event) {
    return Optional.ofNullable(event.getLastTimestamp())
        .or(() -> Optional.ofNullable(event.getMetadata().getCreationTimestamp()))
        .orElse("");
  }
}
