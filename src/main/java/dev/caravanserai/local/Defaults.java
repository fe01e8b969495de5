package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Fills in what a real API server fills in. Safe for use by several threads. */
final class Defaults {
  private final AtomicInteger addresses = new AtomicInteger();
  private final AtomicInteger nodePorts = new AtomicInteger(30000);

  /** For an object that is about to be created. */
  void create(Kind kind, ObjectNode object) {
    ObjectNode meta = Json.meta(object);
    meta.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"));
    meta.put("uid", UUID.randomUUID().toString());
    String prefix = meta.path("generateName").asText("");
    if (!prefix.isEmpty() && !meta.hasNonNull("name")) {
      String tail = UUID.randomUUID().toString().substring(0, 5);
      meta.put("name", prefix.substring(0, Math.min(58, prefix.length())) + tail);
    }
    always(kind, object);
    object.remove("status");
    ObjectNode spec = object.get("spec") instanceof ObjectNode given ? given : Json.object();
    switch (kind) {
      case NAMESPACE -> object.putObject("status").put("phase", "Active");
      case SERVICE -> service(spec);
      case PVC -> {
        absent(spec, "storageClassName", "standard", "volumeMode", "Filesystem");
        spec.put("volumeName", "pvc-" + meta.path("uid").asText());
        ObjectNode status = object.putObject("status").put("phase", "Bound");
        status.set("accessModes", spec.path("accessModes").deepCopy());
        status.set("capacity", spec.path("resources").path("requests").deepCopy());
      }
      case POD ->
          object.putObject("status").put("phase", "Pending").put("qosClass", qosClass(spec));
      default -> {}
    }
  }

  /** For an object that is about to be stored, also when it is changed. */
  void always(Kind kind, ObjectNode object) {
    object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind);
    Json.meta(object).remove("managedFields");
    if (kind == Kind.SECRET) {
      absent(object, "type", "Opaque");
      if (object.remove("stringData") instanceof ObjectNode plain) {
        for (Map.Entry<String, JsonNode> entry : plain.properties()) {
          byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
          String text = Base64.getEncoder().encodeToString(bytes);
          object.withObject("/data").put(entry.getKey(), text);
        }
      }
    }
    if (kind == Kind.POD && object.get("spec") instanceof ObjectNode spec) {
      absent(spec, "restartPolicy", "Always", "dnsPolicy", "ClusterFirst");
      absent(spec, "schedulerName", "default-scheduler", "serviceAccountName", "default");
      if (!spec.hasNonNull("terminationGracePeriodSeconds")) {
        spec.put("terminationGracePeriodSeconds", 30);
      }
      objects(spec.path("initContainers")).forEach(Defaults::container);
      objects(spec.path("containers")).forEach(Defaults::container);
    }
  }

  private static void container(ObjectNode container) {
    String image = container.path("image").asText();
    String tag = image.substring(image.lastIndexOf('/') + 1);
    boolean latest = !tag.contains(":") && !tag.contains("@") || tag.endsWith(":latest");
    absent(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    absent(container, "terminationMessagePath", "/dev/termination-log");
    absent(container, "terminationMessagePolicy", "File");
    objects(container.path("ports")).forEach(port -> absent(port, "protocol", "TCP"));
    ObjectNode resources = container.withObject("/resources");
    for (Map.Entry<String, JsonNode> limit : resources.path("limits").properties()) {
      if (!resources.path("requests").has(limit.getKey())) {
        resources.withObject("/requests").set(limit.getKey(), limit.getValue());
      }
    }
  }

  private void service(ObjectNode spec) {
    int number = addresses.getAndIncrement();
    String address = "10.96.%d.%d".formatted(number / 250 % 250, number % 250 + 1);
    absent(spec, "type", "ClusterIP", "sessionAffinity", "None", "clusterIP", address);
    boolean nodePort = List.of("NodePort", "LoadBalancer").contains(spec.path("type").asText());
    for (ObjectNode port : objects(spec.path("ports"))) {
      absent(port, "protocol", "TCP");
      if (!port.hasNonNull("targetPort")) {
        port.set("targetPort", port.path("port"));
      }
      if (nodePort && !port.hasNonNull("nodePort")) {
        port.put("nodePort", nodePorts.getAndIncrement());
      }
    }
  }

  private static String qosClass(ObjectNode spec) {
    boolean any = false;
    boolean all = true;
    for (JsonNode container : spec.path("containers")) {
      JsonNode requests = container.at("/resources/requests");
      JsonNode limits = container.at("/resources/limits");
      any |= !requests.isEmpty();
      all &= limits.has("cpu") && limits.has("memory") && requests.equals(limits);
    }
    return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
  }

  private static List<ObjectNode> objects(JsonNode list) {
    return list.valueStream()
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }

  /**
   * @param pairs field, value, field, value …
   */
  private static void absent(ObjectNode node, String... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (!node.hasNonNull(pairs[i])) {
        node.put(pairs[i], pairs[i + 1]);
      }
    }
  }
}
