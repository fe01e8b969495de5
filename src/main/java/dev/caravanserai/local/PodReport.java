package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What scheduler and kubelet write about a pod into the store: its status and its Events, of which
 * one that comes again counts up.
 */
final class PodReport {
  private final ObjectStore store;
  private final JsonNode pod;
  private final String namespace;
  private final String name;
  private final Map<String, String> written = new HashMap<>();

  PodReport(ObjectStore store, JsonNode pod) {
    this.store = store;
    this.pod = pod;
    this.namespace = Json.namespace(pod);
    this.name = Json.name(pod);
  }

  void status(PodStatus now) {
    try {
      store.update(Kind.POD, namespace, name, stored -> isThis(stored) ? now.in(stored) : stored);
    } catch (ApiError removed) {
      // nobody asks for its status any more
    }
  }

  void removed() {
    store
        .get(Kind.POD, namespace, name)
        .filter(this::isThis)
        .ifPresent(stored -> store.remove(Kind.POD, namespace, name));
  }

  /** Another pod may have its name by now. */
  private boolean isThis(ObjectNode stored) {
    return Json.uid(stored).equals(Json.uid(pod));
  }

  void normal(String reason, String message, String container) {
    write("Normal", reason, message, container);
  }

  void warn(String reason, String message, String container) {
    write("Warning", reason, message, container);
  }

  private void write(String type, String reason, String message, String container) {
    String now = ContainerRun.seconds(Instant.now());
    String key = reason + message + container;
    try {
      if (written.containsKey(key)) {
        store.update(
            Kind.EVENT,
            namespace,
            written.get(key),
            e -> e.put("count", e.path("count").asInt() + 1).put("lastTimestamp", now));
      } else {
        ObjectNode event = about(container, reason.contains("chedul"));
        event.put("type", type).put("reason", reason).put("message", message).put("count", 1);
        event.put("firstTimestamp", now).put("lastTimestamp", now).putNull("eventTime");
        store.create(Kind.EVENT, event);
        written.put(key, Json.name(event));
      }
    } catch (ApiError gone) {
      written.remove(key); // its namespace or the event itself was deleted meanwhile
    }
  }

  private ObjectNode about(String container, boolean scheduler) {
    String component = scheduler ? "default-scheduler" : "kubelet";
    ObjectNode event = Json.object();
    event.put("apiVersion", "v1").put("kind", "Event");
    event
        .putObject("metadata")
        .put("name", name + "." + Long.toHexString(System.nanoTime()) + written.size())
        .put("namespace", namespace);
    ObjectNode object = event.putObject("involvedObject");
    object.put("kind", "Pod").put("apiVersion", "v1").put("namespace", namespace);
    object.put("name", name).put("uid", Json.uid(pod));
    if (!container.isEmpty()) {
      object.put("fieldPath", "spec.containers{" + container + "}");
    }
    event.putObject("source").put("component", component).put("host", "local");
    return event.put("reportingComponent", component).put("reportingInstance", "local");
  }
}
