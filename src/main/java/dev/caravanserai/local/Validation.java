package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Refuses what a real API server refuses, with the field's path, as 422 Invalid. */
final class Validation {
  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DNS_NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern NAME_PART =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern ENV_NAME = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
  private static final Pattern QUANTITY =
      Pattern.compile("[+-]?(\\d+|\\d+\\.\\d*|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?");
  private static final String DNS_RULE =
      "a lowercase RFC 1123 %s must consist of lower case alphanumeric characters%s or '-', and"
          + " must start and end with an alphanumeric character";

  private final List<String> problems = new ArrayList<>();

  private Validation() {}

  static void check(Kind kind, JsonNode object) {
    Validation found = new Validation();
    found.metadata(kind, object.path("metadata"));
    switch (kind) {
      case POD -> found.pod(object.path("spec"));
      case PVC -> found.claim(object.path("spec"));
      case SERVICE -> found.service(object.path("spec"));
      case SECRET, CONFIG_MAP -> found.keys(object.path("data"));
      default -> {}
    }
    if (!found.problems.isEmpty()) {
      String all =
          found.problems.size() == 1
              ? found.problems.get(0)
              : "[" + String.join(", ", found.problems) + "]";
      String name = object.at("/metadata/name").asText();
      String qualified = kind.group.isEmpty() ? kind.kind : kind.kind + "." + kind.group;
      throw new ApiError(
          422, "Invalid", "%s \"%s\" is invalid: %s".formatted(qualified, name, all));
    }
  }

  private void metadata(Kind kind, JsonNode meta) {
    String name = meta.path("name").asText("");
    boolean label = kind == Kind.NAMESPACE || kind == Kind.SERVICE;
    if (name.isEmpty()) {
      problems.add("metadata.name: Required value: name or generateName is required");
    } else if (label && !DNS_LABEL.matcher(name).matches()) {
      invalid("metadata.name", name, DNS_RULE.formatted("label", ""));
    } else if (name.length() > 253 || !DNS_NAME.matcher(name).matches()) {
      invalid("metadata.name", name, DNS_RULE.formatted("subdomain", ", '-' or '.',"));
    }
    for (Map.Entry<String, JsonNode> entry : meta.path("labels").properties()) {
      key("metadata.labels", entry.getKey());
      if (!entry.getValue().isTextual()
          || !LABEL_VALUE.matcher(entry.getValue().asText()).matches()) {
        invalid(
            "metadata.labels",
            entry.getValue().asText(),
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
                + " or '.', and must start and end with an alphanumeric character, at most 63"
                + " characters");
      }
    }
    int size = 0;
    for (Map.Entry<String, JsonNode> entry : meta.path("annotations").properties()) {
      key("metadata.annotations", entry.getKey());
      size += entry.getKey().length() + entry.getValue().asText().length();
      if (!entry.getValue().isTextual()) {
        invalid("metadata.annotations", entry.getKey(), "the value must be a string");
      }
    }
    if (size > 256 * 1024) {
      problems.add("metadata.annotations: Too long: must have at most 262144 bytes");
    }
    int index = 0;
    for (JsonNode owner : meta.path("ownerReferences")) {
      for (String field : List.of("apiVersion", "kind", "name", "uid")) {
        if (owner.path(field).asText("").isEmpty()) {
          problems.add("metadata.ownerReferences[%d].%s: Required value".formatted(index, field));
        }
      }
      index++;
    }
  }

  private void pod(JsonNode spec) {
    Set<String> volumes = new HashSet<>();
    int index = 0;
    for (JsonNode volume : spec.path("volumes")) {
      String at = "spec.volumes[%d].name".formatted(index++);
      String name = volume.path("name").asText("");
      name(at, name);
      if (!volumes.add(name)) {
        problems.add("%s: Duplicate value: \"%s\"".formatted(at, name));
      }
    }
    if (spec.path("containers").isEmpty()) {
      problems.add("spec.containers: Required value");
    }
    Set<String> names = new HashSet<>();
    containers("spec.initContainers", spec.path("initContainers"), names, volumes);
    containers("spec.containers", spec.path("containers"), names, volumes);
    oneOf("spec.restartPolicy", spec.path("restartPolicy"), "Always", "OnFailure", "Never");
    JsonNode deadline = spec.path("activeDeadlineSeconds");
    if (!deadline.isMissingNode() && !deadline.isNull() && deadline.asLong() < 1) {
      invalid(
          "spec.activeDeadlineSeconds",
          deadline.asText(),
          "must be between 1 and 2147483647, inclusive");
    }
    if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
      invalid(
          "spec.terminationGracePeriodSeconds",
          spec.path("terminationGracePeriodSeconds").asText(),
          "must be greater than or equal to 0");
    }
  }

  private void containers(String at, JsonNode list, Set<String> names, Set<String> volumes) {
    int index = 0;
    for (JsonNode container : list) {
      String path = "%s[%d]".formatted(at, index++);
      String name = container.path("name").asText("");
      name(path + ".name", name);
      if (!names.add(name)) {
        problems.add("%s.name: Duplicate value: \"%s\"".formatted(path, name));
      }
      if (container.path("image").asText("").isBlank()) {
        problems.add(path + ".image: Required value");
      }
      oneOf(
          path + ".imagePullPolicy",
          container.path("imagePullPolicy"),
          "Always",
          "IfNotPresent",
          "Never");
      int number = 0;
      for (JsonNode env : container.path("env")) {
        String key = env.path("name").asText("");
        String field = "%s.env[%d].name".formatted(path, number++);
        if (key.isEmpty()) {
          problems.add(field + ": Required value");
        } else if (!ENV_NAME.matcher(key).matches()) {
          invalid(
              field,
              key,
              "a valid environment variable name must consist of alphabetic characters, digits,"
                  + " '_', '-', or '.', and must not start with a digit");
        }
      }
      number = 0;
      for (JsonNode mount : container.path("volumeMounts")) {
        String field = "%s.volumeMounts[%d]".formatted(path, number++);
        String volume = mount.path("name").asText("");
        if (!volumes.contains(volume)) {
          problems.add("%s.name: Not found: \"%s\"".formatted(field, volume));
        }
        if (mount.path("mountPath").asText("").isEmpty()) {
          problems.add(field + ".mountPath: Required value");
        }
      }
      quantities(path + ".resources.limits", container.at("/resources/limits"));
      quantities(path + ".resources.requests", container.at("/resources/requests"));
    }
  }

  private void claim(JsonNode spec) {
    if (spec.path("accessModes").isEmpty()) {
      problems.add("spec.accessModes: Required value: at least 1 access mode is required");
    }
    if (!spec.at("/resources/requests").has("storage")) {
      problems.add("spec.resources[storage]: Required value");
    }
    quantities("spec.resources.requests", spec.at("/resources/requests"));
  }

  private void service(JsonNode spec) {
    oneOf("spec.type", spec.path("type"), "ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
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
        invalid(
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
        invalid(
            "data[%s]".formatted(entry.getKey()),
            entry.getKey(),
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
      }
    }
  }

  private void name(String at, String name) {
    if (name.isEmpty()) {
      problems.add(at + ": Required value");
    } else if (!DNS_LABEL.matcher(name).matches()) {
      invalid(at, name, DNS_RULE.formatted("label", ""));
    }
  }

  private void key(String at, String key) {
    int slash = key.indexOf('/');
    boolean prefixed = slash < 0 || DNS_NAME.matcher(key.substring(0, slash)).matches();
    if (!prefixed || !NAME_PART.matcher(key.substring(slash + 1)).matches()) {
      invalid(
          at,
          key,
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and"
              + " end with an alphanumeric character, at most 63 characters");
    }
  }

  private void quantities(String at, JsonNode list) {
    for (Map.Entry<String, JsonNode> entry : list.properties()) {
      if (!QUANTITY.matcher(entry.getValue().asText()).matches()) {
        invalid(
            "%s[%s]".formatted(at, entry.getKey()),
            entry.getValue().asText(),
            "quantities must match the regular expression"
                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      }
    }
  }

  private void oneOf(String at, JsonNode value, String... known) {
    if (!value.isMissingNode() && !value.isNull() && !List.of(known).contains(value.asText())) {
      problems.add(
          "%s: Unsupported value: \"%s\": supported values: \"%s\""
              .formatted(at, value.asText(), String.join("\", \"", known)));
    }
  }

  private void invalid(String at, String value, String why) {
    problems.add("%s: Invalid value: \"%s\": %s".formatted(at, value, why));
  }
}
