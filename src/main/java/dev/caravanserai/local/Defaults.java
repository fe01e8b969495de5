package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Sets those default values of a real API server that clients read. Thread-safe. */
final class Defaults {
  private final AtomicInteger addresses = new AtomicInteger();

  /** Before an object is created. */
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
      case POD -> object.putObject("status").put("phase", "Pending");
      case PVC -> {
        absent(spec, "storageClassName", "standard");
        absent(spec, "volumeMode", "Filesystem");
        spec.put("volumeName", "pvc-" + Json.uid(object));
        ObjectNode status = object.putObject("status").put("phase", "Bound");
        status.set("accessModes", spec.path("accessModes").deepCopy());
        status.set("capacity", spec.path("resources").path("requests").deepCopy());
      }
      default -> {}
    }
  }

  /** Before an object is created or changed. */
  void always(Kind kind, ObjectNode object) {
    object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind);
    Json.meta(object).remove("managedFields");
    if (kind == Kind.SECRET) {
      absent(object, "type", "Opaque");
      object.path("stringData").properties().forEach(e -> secret(object, e.getKey(), e.getValue()));
      object.remove("stringData");
    }
    if (kind == Kind.POD && object.get("spec") instanceof ObjectNode spec) {
      absent(spec, "restartPolicy", "Always");
      absent(spec, "serviceAccountName", "default");
      if (!spec.hasNonNull("terminationGracePeriodSeconds")) {
        spec.put("terminationGracePeriodSeconds", 30);
      }
      Json.objects(spec.path("containers")).forEach(Defaults::container);
    }
  }

  private static void secret(ObjectNode secret, String key, JsonNode plain) {
    byte[] bytes = plain.asText().getBytes(StandardCharsets.UTF_8);
    secret.withObject("/data").put(key, Base64.getEncoder().encodeToString(bytes));
  }

  private static void container(ObjectNode container) {
    String image = container.path("image").asText();
    String tag = image.substring(image.lastIndexOf('/') + 1);
    boolean latest = !tag.contains(":") && !tag.contains("@") || tag.endsWith(":latest");
    absent(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    Json.objects(container.path("ports")).forEach(port -> absent(port, "protocol", "TCP"));
    JsonNode limits = container.at("/resources/limits");
    if (!limits.isEmpty()) {
      ObjectNode requests = container.withObject("/resources/requests");
      limits.properties().forEach(e -> absent(requests, e.getKey(), e.getValue().asText()));
    }
  }

  private void service(ObjectNode spec) {
    int number = addresses.getAndIncrement();
    absent(spec, "type", "ClusterIP");
    absent(spec, "clusterIP", "10.96.%d.%d".formatted(number / 250 % 250, number % 250 + 1));
    for (ObjectNode port : Json.objects(spec.path("ports"))) {
      absent(port, "protocol", "TCP");
      if (!port.hasNonNull("targetPort")) {
        port.set("targetPort", port.path("port"));
      }
    }
  }

  private static void absent(ObjectNode node, String field, String value) {
    if (!node.hasNonNull(field)) {
      node.put(field, value);
    }
  }
}
