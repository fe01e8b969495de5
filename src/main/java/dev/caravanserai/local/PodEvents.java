package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Writes a pod's Events as scheduler and kubelet do; one that comes again counts up. */
final class PodEvents {
  private final ObjectStore store;
  private final JsonNode pod;
  private final Map<String, String> written = new HashMap<>();

  PodEvents(ObjectStore store, JsonNode pod) {
    this.store = store;
    this.pod = pod;
  }

  void write(String type, String reason, String message, String container) {
    JsonNode meta = pod.path("metadata");
    String namespace = meta.path("namespace").asText();
    String now = ContainerRun.seconds(Instant.now());
    String key = type + reason + message + container;
    try {
      if (written.containsKey(key)) {
        store.update(
            Kind.EVENT,
            namespace,
            written.get(key),
            e -> e.put("count", e.path("count").asInt() + 1).put("lastTimestamp", now));
        return;
      }
      String name =
          meta.path("name").asText()
              + "."
              + Long.toHexString(System.nanoTime())
              + Integer.toHexString(written.size());
      ObjectNode event = JsonNodeFactory.instance.objectNode();
      event.put("apiVersion", "v1").put("kind", "Event");
      event.putObject("metadata").put("name", name).put("namespace", namespace);
      ObjectNode object = event.putObject("involvedObject");
      object.put("kind", "Pod").put("apiVersion", "v1").put("namespace", namespace);
      object.put("name", meta.path("name").asText()).put("uid", meta.path("uid").asText());
      if (!container.isEmpty()) {
        object.put("fieldPath", "spec.containers{" + container + "}");
      }
      event.put("type", type).put("reason", reason).put("message", message).put("count", 1);
      event.put("firstTimestamp", now).put("lastTimestamp", now).putNull("eventTime");
      boolean scheduler = reason.endsWith("cheduled") || reason.equals("FailedScheduling");
      String component = scheduler ? "default-scheduler" : "kubelet";
      event.putObject("source").put("component", component).put("host", "local");
      event.put("reportingComponent", component).put("reportingInstance", "local");
      store.create(Kind.EVENT, event);
      written.put(key, name);
    } catch (ApiError gone) {
      written.remove(key); // its namespace or the event itself was deleted meanwhile
    }
  }
}
