package dev.caravanserai.local;

import static dev.caravanserai.local.MemoryStore.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Fills in what a real API server fills in. Safe for use by several threads. */
final class Defaults {
  private final AtomicInteger addresses = new AtomicInteger(1);
  private final AtomicInteger nodePorts = new AtomicInteger(30000);

  /** For an object that is about to be created. */
  void create(Kind kind, ObjectNode object) {
    ObjectNode meta = meta(object);
    meta.remove(
        java.util.List.of(
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "managedFields"));
    meta.put("uid", UUID.randomUUID().toString());
    String prefix = meta.path("generateName").asText("");
    if (!prefix.isEmpty() && !meta.hasNonNull("name")) {
      String tail = UUID.randomUUID().toString().substring(0, 5);
      meta.put("name", prefix.substring(0, Math.min(58, prefix.length())) + tail);
    }
    always(kind, object);
    switch (kind) {
      case POD -> object.remove("status");
      case NAMESPACE -> object.putObject("status").put("phase", "Active");
      case SERVICE -> object.putObject("status").putObject("loadBalancer");
      case INGRESS -> object.putObject("status").putObject("loadBalancer");
      default -> {}
    }
    if (kind == Kind.POD) {
      object.putObject("status").put("phase", "Pending").put("qosClass", qosClass(object));
    }
    if (kind == Kind.SERVICE && object.get("spec") instanceof ObjectNode spec) {
      service(spec);
    }
    if (kind == Kind.PVC && object.get("spec") instanceof ObjectNode spec) {
      absent(spec, "storageClassName", "standard");
      absent(spec, "volumeMode", "Filesystem");
      spec.put("volumeName", "pvc-" + meta.path("uid").asText());
      ObjectNode status = object.putObject("status").put("phase", "Bound");
      status.set("accessModes", spec.path("accessModes").deepCopy());
      status.set("capacity", spec.path("resources").path("requests").deepCopy());
    }
  }

  /** For an object that is about to be stored, also when it is changed. */
  void always(Kind kind, ObjectNode object) {
    object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind);
    meta(object).remove("managedFields");
    if (kind == Kind.SECRET) {
      absent(object, "type", "Opaque");
      if (object.remove("stringData") instanceof ObjectNode plain) {
        ObjectNode data = object.withObject("/data");
        for (Map.Entry<String, JsonNode> entry : plain.properties()) {
          byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
          data.put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
        }
      }
    }
    if (kind == Kind.POD && object.get("spec") instanceof ObjectNode spec) {
      pod(spec);
    }
  }

  private static void pod(ObjectNode spec) {
    absent(spec, "restartPolicy", "Always");
    absent(spec, "dnsPolicy", "ClusterFirst");
    absent(spec, "schedulerName", "default-scheduler");
    absent(spec, "serviceAccountName", "default");
    if (!spec.hasNonNull("terminationGracePeriodSeconds")) {
      spec.put("terminationGracePeriodSeconds", 30);
    }
    if (!spec.hasNonNull("enableServiceLinks")) {
      spec.put("enableServiceLinks", true);
    }
    if (!spec.hasNonNull("securityContext")) {
      spec.putObject("securityContext");
    }
    for (String list : new String[] {"initContainers", "containers"}) {
      for (JsonNode item : spec.path(list)) {
        if (item instanceof ObjectNode container) {
          container(container);
        }
      }
    }
  }

  private static void container(ObjectNode container) {
    String image = container.path("image").asText();
    String tag = image.substring(image.lastIndexOf('/') + 1);
    boolean latest = !tag.contains(":") && !tag.contains("@") || tag.endsWith(":latest");
    absent(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    absent(container, "terminationMessagePath", "/dev/termination-log");
    absent(container, "terminationMessagePolicy", "File");
    if (!container.hasNonNull("resources")) {
      container.putObject("resources");
    }
    for (JsonNode port : container.path("ports")) {
      if (port instanceof ObjectNode node) {
        absent(node, "protocol", "TCP");
      }
    }
    if (container.at("/resources/limits") instanceof ObjectNode limits) {
      ObjectNode requests = container.withObject("/resources/requests");
      limits.properties().stream()
          .filter(limit -> !requests.has(limit.getKey()))
          .forEach(limit -> requests.set(limit.getKey(), limit.getValue()));
    }
  }

  private void service(ObjectNode spec) {
    absent(spec, "type", "ClusterIP");
    absent(spec, "sessionAffinity", "None");
    int number = addresses.getAndIncrement();
    absent(spec, "clusterIP", "10.96.%d.%d".formatted(number / 250 % 250, number % 250 + 1));
    boolean nodePort = !spec.path("type").asText().equals("ClusterIP");
    for (JsonNode port : spec.path("ports")) {
      if (port instanceof ObjectNode node) {
        absent(node, "protocol", "TCP");
        if (!node.hasNonNull("targetPort")) {
          node.set("targetPort", node.path("port"));
        }
        if (nodePort && !node.hasNonNull("nodePort")) {
          node.put("nodePort", nodePorts.getAndIncrement());
        }
      }
    }
  }

  private static String qosClass(ObjectNode pod) {
    boolean any = false;
    boolean all = true;
    for (JsonNode container : pod.at("/spec/containers")) {
      JsonNode requests = container.at("/resources/requests");
      JsonNode limits = container.at("/resources/limits");
      any |= !requests.isEmpty() || !limits.isEmpty();
      all &= limits.has("cpu") && limits.has("memory") && requests.equals(limits);
    }
    return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
  }

  private static void absent(ObjectNode node, String field, String value) {
    if (!node.hasNonNull(field)) {
      node.put(field, value);
    }
  }
}
