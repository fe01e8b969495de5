package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** An event of the core group as {@code events.k8s.io/v1} shows it: the same object. */
final class EventView {
  private static final Map<String, String> NAMES =
      Map.of(
          "involvedObject", "regarding",
          "message", "note",
          "count", "deprecatedCount",
          "firstTimestamp", "deprecatedFirstTimestamp",
          "lastTimestamp", "deprecatedLastTimestamp",
          "source", "deprecatedSource",
          "reportingComponent", "reportingController");

  private EventView() {}

  static ObjectNode of(ObjectNode event) {
    ObjectNode view = Json.object();
    event
        .properties()
        .forEach(f -> view.set(NAMES.getOrDefault(f.getKey(), f.getKey()), f.getValue()));
    return view.put("apiVersion", Kind.EVENT_VIEW.apiVersion());
  }
}
