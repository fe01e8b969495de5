package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/** Writes a pod's status and Events to the store; a repeated Event increases its count. */
record PodReport(ObjectStore store, String namespace, String name, String uid) {

  static PodReport of(ObjectStore store, JsonNode pod) {
    return new PodReport(store, Json.namespace(pod), Json.name(pod), Json.uid(pod));
  }

  void status(PodStatus now) {
    try {
      store.update(Kind.POD, namespace, name, stored -> isThis(stored) ? now.in(stored) : stored);
    } catch (ApiError removed) {
      // the pod is gone, and its status with it
    }
  }

  /** Deletes the pod after its processes ended, unless it has finalizers. */
  void removed() {
    try {
      new Deletions(store)
          .delete(
              new ApiPath(Kind.POD, namespace, name, ""),
              Deletions.Options.only(uid, Optional.of(0L)));
    } catch (ApiError alreadyRemoved) {
      // deleted without grace, or another pod has the name now
    }
  }

  /** Whether the stored pod is this one, and not a later one of the same name. */
  private boolean isThis(ObjectNode stored) {
    return Json.uid(stored).equals(uid);
  }

  void normal(String reason, String message, String container) {
    write("Normal", reason, message, container);
  }

  void warn(String reason, String message, String container) {
    write("Warning", reason, message, container);
  }

  private void write(String type, String reason, String message, String container) {
    String now = ContainerRun.seconds(Instant.now());
    int hash = (uid + reason + message + container).hashCode();
    String event = name + "." + Integer.toHexString(hash);
    store.atomically(
        () ->
            store.get(Kind.EVENT, namespace, event).isPresent()
                ? store.update(Kind.EVENT, namespace, event, e -> again(e, now))
                : store.create(Kind.EVENT, made(event, type, reason, message, container, now)));
  }

  private static ObjectNode again(ObjectNode event, String now) {
    return event.put("count", event.path("count").asInt() + 1).put("lastTimestamp", now);
  }

  private ObjectNode made(
      String event, String type, String reason, String message, String container, String now) {
    String component = reason.contains("chedul") ? "default-scheduler" : "kubelet";
    ObjectNode made = Json.object().put("apiVersion", "v1").put("kind", "Event");
    Json.meta(made).put("name", event).put("namespace", namespace);
    ObjectNode object = made.putObject("involvedObject").put("apiVersion", "v1");
    object.put("kind", "Pod").put("namespace", namespace).put("name", name).put("uid", uid);
    if (!container.isEmpty()) {
      object.put("fieldPath", "spec.containers{" + container + "}");
    }
    made.put("type", type).put("reason", reason).put("message", message).put("count", 1);
    made.put("firstTimestamp", now).put("lastTimestamp", now).putNull("eventTime");
    made.putObject("source").put("component", component).put("host", "local");
    return made.put("reportingComponent", component).put("reportingInstance", "local");
  }
}
