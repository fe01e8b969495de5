package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses what a real API server refuses, and what the local cluster lacks: 422 with the path of
 * each field.
 */
final class Validation {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final Check DNS_LABEL =
      matches(
          LABEL,
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
              + " and must start and end with an alphanumeric character, at most 63");
  private static final Check DNS_NAME =
      matches(
          "(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
              + " or '.', and must start and end with an alphanumeric character");
  private static final String QUALIFIED = "[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?";
  private static final Check LABEL_VALUE =
      matches(
          "(" + QUALIFIED + ")?",
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
              + " or '.', and must start and end with an alphanumeric character, at most 63");
  private static final Check ENV_NAME =
      matches(
          "[-._a-zA-Z][-._a-zA-Z0-9]*",
          "a valid environment variable name must consist of alphabetic characters, digits,"
              + " '_', '-', or '.', and must not start with a digit");
  private static final Check QUANTITY =
      matches(
          "[+-]?(\\d+|\\d+\\.\\d*|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?",
          "quantities must match the regular expression"
              + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  private static final Check REQUIRED =
      value ->
          absent(value) || value.asText("").isBlank() && value.isEmpty() ? "Required value" : "";
  private static final Check LACKING =
      value ->
          absent(value) ? "" : "Forbidden: the local cluster has no probes and no lifecycle hooks";

  /** What is wrong with a value; "" for nothing. */
  private interface Check {
    String of(JsonNode value);
  }

  private final JsonNode object;
  private final List<String> problems = new ArrayList<>();

  private Validation(JsonNode object) {
    this.object = object;
  }

  /**
   * @throws ApiError 422
   */
  static void check(Kind kind, JsonNode object) {
    Validation found = new Validation(object);
    found.metadata(kind == Kind.NAMESPACE || kind == Kind.SERVICE ? DNS_LABEL : DNS_NAME);
    switch (kind) {
      case POD -> found.pod();
      case PVC -> {
        found.each("spec.accessModes", REQUIRED);
        found.each("spec.resources.requests.storage", REQUIRED);
        found.each("spec.resources.requests{}", QUANTITY);
      }
      case SERVICE -> found.service();
      case SECRET, CONFIG_MAP -> found.each("data", keys("[-.\\w]{1,253}"));
      default -> {}
    }
    if (!found.problems.isEmpty()) {
      String all = String.join(", ", found.problems);
      String text = found.problems.size() == 1 ? all : "[" + all + "]";
      String type = kind.group.isEmpty() ? kind.kind : kind.kind + "." + kind.group;
      throw ApiError.invalid("%s \"%s\" is invalid: %s".formatted(type, Json.name(object), text));
    }
  }

  private void metadata(Check name) {
    String key = "(" + LABEL + "(\\." + LABEL + ")*/)?" + QUALIFIED;
    each("metadata.name", REQUIRED, name);
    each("metadata.labels", keys(key));
    each("metadata.labels{}", LABEL_VALUE);
    each("metadata.annotations", keys(key));
    each("metadata.annotations{}", matches("(?s).*", "the value must be a string"));
    for (String field : List.of("apiVersion", "kind", "name", "uid")) {
      each("metadata.ownerReferences[]." + field, REQUIRED);
    }
  }

  private void pod() {
    Set<String> volumes = new HashSet<>();
    each("spec.volumes[].name", REQUIRED, DNS_LABEL, once(volumes));
    each("spec.containers", REQUIRED);
    each("spec.restartPolicy", oneOf("Always", "OnFailure", "Never"));
    each("spec.activeDeadlineSeconds", range(1, Integer.MAX_VALUE));
    each("spec.terminationGracePeriodSeconds", range(0, Long.MAX_VALUE));
    Check once = once(new HashSet<>());
    for (String container : List.of("spec.initContainers[].", "spec.containers[].")) {
      each(container + "name", REQUIRED, DNS_LABEL, once);
      each(container + "image", REQUIRED);
      each(container + "imagePullPolicy", oneOf("Always", "IfNotPresent", "Never"));
      each(container + "env[].name", REQUIRED, ENV_NAME);
      each(container + "volumeMounts[].mountPath", REQUIRED);
      each(
          container + "volumeMounts[].name",
          v -> volumes.contains(v.asText()) ? "" : "Not found: \"%s\"".formatted(v.asText()));
      each(container + "resources.limits{}", QUANTITY);
      each(container + "resources.requests{}", QUANTITY);
      for (String field : List.of("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")) {
        each(container + field, LACKING);
      }
    }
  }

  private void service() {
    each("spec.type", oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"));
    boolean portless =
        Json.text(object, "/spec/type").equals("ExternalName")
            || Json.text(object, "/spec/clusterIP").equals("None");
    if (!portless) {
      each("spec.ports", REQUIRED);
    }
    each("spec.ports[].port", REQUIRED, range(1, 65535));
  }

  /**
   * @param path {@code []} goes through a list, <code>{}</code> through a map's values
   * @param checks the first that finds something tells it
   */
  private void each(String path, Check... checks) {
    walk("", object, List.of(path.split("\\.")), checks);
  }

  private void walk(String at, JsonNode node, List<String> path, Check... checks) {
    if (path.isEmpty()) {
      List.of(checks).stream()
          .map(check -> check.of(node))
          .filter(problem -> !problem.isEmpty())
          .findFirst()
          .ifPresent(problem -> problems.add(at + ": " + problem));
      return;
    }
    String field = path.get(0).replaceAll("\\W+$", "");
    String here = at.isEmpty() ? field : at + "." + field;
    JsonNode child = node.path(field);
    List<String> rest = path.subList(1, path.size());
    if (path.get(0).endsWith("[]")) {
      for (int i = 0; i < child.size(); i++) {
        walk(here + "[" + i + "]", child.path(i), rest, checks);
      }
    } else if (path.get(0).endsWith("{}")) {
      for (Map.Entry<String, JsonNode> entry : child.properties()) {
        walk(here + "[" + entry.getKey() + "]", entry.getValue(), rest, checks);
      }
    } else {
      walk(here, child, rest, checks);
    }
  }

  private static boolean absent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static Check matches(String pattern, String rule) {
    return value ->
        absent(value) || !value.isContainerNode() && value.asText().matches(pattern)
            ? ""
            : "Invalid value: \"%s\": %s".formatted(value.asText(), rule);
  }

  private static Check keys(String pattern) {
    return map ->
        map.propertyStream()
            .map(Map.Entry::getKey)
            .filter(key -> !key.matches(pattern))
            .findFirst()
            .map(key -> "Invalid value: \"%s\": the key must match %s".formatted(key, pattern))
            .orElse("");
  }

  private static Check oneOf(String... known) {
    return value ->
        absent(value) || List.of(known).contains(value.asText())
            ? ""
            : "Unsupported value: \"%s\": supported values: \"%s\""
                .formatted(value.asText(), String.join("\", \"", known));
  }

  private static Check range(long least, long most) {
    return value ->
        absent(value) || value.isNumber() && value.asLong() >= least && value.asLong() <= most
            ? ""
            : "Invalid value: %s: must be between %d and %d, inclusive"
                .formatted(value, least, most);
  }

  private static Check once(Set<String> seen) {
    return value ->
        seen.add(value.asText()) ? "" : "Duplicate value: \"%s\"".formatted(value.asText());
  }
}
