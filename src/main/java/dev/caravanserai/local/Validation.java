package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Refuses what a real API server refuses, with the field's path, as 422 Invalid. */
final class Validation {
  private final Problems problems = new Problems();

  private Validation() {}

  static void check(Kind kind, JsonNode object) {
    Validation found = new Validation();
    found.metadata(kind, object.path("metadata"));
    switch (kind) {
      case POD -> new PodValidation(found.problems).check(object.path("spec"));
      case PVC -> found.claim(object.path("spec"));
      case SERVICE -> found.service(object.path("spec"));
      case SECRET, CONFIG_MAP -> found.keys(object.path("data"));
      default -> {}
    }
    found.problems.refuse(kind, object.at("/metadata/name").asText());
  }

  private void metadata(Kind kind, JsonNode meta) {
    String name = meta.path("name").asText("");
    boolean label = kind == Kind.NAMESPACE || kind == Kind.SERVICE;
    problems.objectName(name, label);
    for (Map.Entry<String, JsonNode> entry : meta.path("labels").properties()) {
      problems.key("metadata.labels", entry.getKey());
      problems.labelValue(entry.getValue());
    }
    int size = 0;
    for (Map.Entry<String, JsonNode> entry : meta.path("annotations").properties()) {
      problems.key("metadata.annotations", entry.getKey());
      size += entry.getKey().length() + entry.getValue().asText().length();
      if (!entry.getValue().isTextual()) {
        problems.invalid("metadata.annotations", entry.getKey(), "the value must be a string");
      }
    }
    if (size > 256 * 1024) {
      problems.add("metadata.annotations: Too long: must have at most 262144 bytes");
    }
    int index = 0;
    for (JsonNode owner : meta.path("ownerReferences")) {
      for (String field : List.of("apiVersion", "kind", "name", "uid")) {
        if (owner.path(field).asText("").isEmpty()) {
          problems.required("metadata.ownerReferences[%d].%s".formatted(index, field));
        }
      }
      index++;
    }
  }

  private void claim(JsonNode spec) {
    if (spec.path("accessModes").isEmpty()) {
      problems.add("spec.accessModes: Required value: at least 1 access mode is required");
    }
    if (!spec.at("/resources/requests").has("storage")) {
      problems.add("spec.resources[storage]: Required value");
    }
    problems.quantities("spec.resources.requests", spec.at("/resources/requests"));
  }

  private void service(JsonNode spec) {
    problems.oneOf(
        "spec.type", spec.path("type"), "ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
    boolean portless =
        spec.path("type").asText().equals("ExternalName")
            || spec.path("clusterIP").asText().equals("None");
    if (spec.path("ports").isEmpty() && !portless) {
      problems.add("spec.ports: Required value");
    }
    int index = 0;
    for (JsonNode port : spec.path("ports")) {
      int number = port.path("port").asInt();
      if (number < 1 || number > 65535) {
        problems.invalid(
            "spec.ports[%d].port".formatted(index),
            Integer.toString(number),
            "must be between 1 and 65535, inclusive");
      }
      index++;
    }
  }

  private void keys(JsonNode data) {
    for (Map.Entry<String, JsonNode> entry : data.properties()) {
      if (!entry.getKey().matches("[-._a-zA-Z0-9]{1,253}")) {
        problems.invalid(
            "data[%s]".formatted(entry.getKey()),
            entry.getKey(),
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
      }
    }
  }
}
