package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Rejects invalid fields as a real API server does, and fields that are not supported here. */
final class Validation {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final String WORD = "[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?";
  private static final int MAX_KEY = 253 + 1 + 63;
  private static final String KEY = "(" + LABEL + "(\\." + LABEL + ")*/)?" + WORD;
  private static final Check DNS_LABEL =
      matches(LABEL, "a lowercase RFC 1123 label must consist of a-z, 0-9 or '-', at most 63");
  private static final Check DNS_NAME =
      matches(
          "(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
          "a lowercase RFC 1123 subdomain must consist of a-z, 0-9, '-' or '.', at most 253");
  private static final Check LABEL_VALUE =
      matches("(" + WORD + ")?", "a valid label must be an empty string or match " + WORD);
  private static final Check FINALIZER =
      matches(
          "kubernetes|orphan|foregroundDeletion|.+/.+",
          "name is neither a standard finalizer name nor is it fully qualified");
  private static final Check ENV_NAME =
      matches(
          "[-._a-zA-Z][-._a-zA-Z0-9]*",
          "a valid environment variable name must consist of alphabetic characters, digits, '_',"
              + " '-', or '.', and must not start with a digit");
  private static final Check QUANTITY =
      matches(
          "[+-]?(\\d+|\\d+\\.\\d*|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?",
          "quantities must match '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  private static final Check RESOURCE =
      matches(
          "cpu|memory|ephemeral-storage|hugepages-.+|" + LABEL + "(\\." + LABEL + ")*/" + WORD,
          "must be a standard resource type or fully qualified");
  private static final Check DATA_KEY =
      matches(
          "(?!\\.\\.|\\.$)[-.\\w]{1,253}",
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.', and be"
              + " neither '.' nor begin with '..'");
  private static final Check TEXT =
      v -> absent(v) || v.isTextual() ? "" : invalid(v, "the value must be a string");
  private static final Check TIME =
      v -> absent(v) || time(v.asText()) ? "" : invalid(v, "must be an RFC 3339 time");
  private static final Check BASE64 = v -> v.isNull() || base64(v) ? "" : "illegal base64 data";
  private static final Check REQUIRED =
      v -> v.isEmpty() && v.asText("").isBlank() ? "Required value" : "";
  private static final Check LACKING =
      v -> v.isEmpty() && v.asText("").isEmpty() ? "" : "Forbidden: the local cluster lacks it";

  private static final String POD_LACKS =
      "initContainers ephemeralContainers volumes[].secret.items volumes[].configMap.items"
          + " containers[].volumeMounts[].subPath containers[].volumeMounts[].subPathExpr"
          + " containers[].livenessProbe containers[].readinessProbe containers[].startupProbe"
          + " containers[].lifecycle";

  /** The problem with a value; "" if it is valid. */
  private interface Check {
    String of(JsonNode value);
  }

  private final JsonNode object;
  private final List<Map.Entry<String, String>> problems = new ArrayList<>();

  private Validation(JsonNode object) {
    this.object = object;
  }

  /**
   * @throws ApiError 422 with all problems
   */
  static void check(Kind kind, JsonNode object) {
    Validation found = new Validation(object);
    found.each("metadata.name", REQUIRED, kind == Kind.SERVICE ? DNS_LABEL : DNS_NAME);
    found.each("metadata.labels", keys(KEY));
    found.each("metadata.labels{}", TEXT, LABEL_VALUE);
    found.each("metadata.annotations", keys(KEY));
    found.each("metadata.annotations{}", TEXT);
    found.each("metadata.annotations", all -> tooLong(entries(all), 256 << 10));
    for (String field : List.of("apiVersion", "kind", "name", "uid")) {
      found.each("metadata.ownerReferences[]." + field, REQUIRED);
    }
    found.each("metadata.finalizers[]", FINALIZER);
    switch (kind) {
      case POD -> found.pod();
      case NAMESPACE -> found.each("metadata.name", DNS_LABEL);
      case PVC -> {
        found.each("spec.accessModes", REQUIRED);
        found.each("spec.resources.requests.storage", REQUIRED);
        found.each("spec.resources.requests{}", QUANTITY);
      }
      case SERVICE -> {
        found.each("spec.type", oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"));
        found.each("spec.ports[].port", REQUIRED, range(1, 65535));
      }
      case SECRET -> {
        found.each("data{key}", DATA_KEY);
        found.each("data{}", BASE64);
        found.each("data", v -> tooLong(found.bytes("data", true), 1 << 20));
      }
      case CONFIG_MAP -> {
        found.each("data{key}", DATA_KEY);
        found.each("data{}", TEXT);
        long size = found.bytes("data", false) + found.bytes("binaryData", true);
        found.each("data", v -> tooLong(size, 1 << 20));
        found.each(
            "binaryData{key}",
            DATA_KEY,
            key ->
                object.path("data").has(key.asText())
                    ? "Invalid value: " + key + ": duplicate of key present in data"
                    : "");
        found.each("binaryData{}", BASE64);
      }
      case EVENT -> {
        for (String field : List.of("firstTimestamp", "lastTimestamp", "eventTime")) {
          found.each(field, TIME);
        }
      }
      default -> {}
    }
    if (!found.problems.isEmpty()) {
      throw ApiError.invalid(kind, Json.name(object), found.problems);
    }
  }

  private void pod() {
    Set<String> volumes = new HashSet<>();
    Check known = v -> volumes.contains(v.asText()) ? "" : "Not found: " + v;
    each("spec.volumes[].name", REQUIRED, DNS_LABEL, once(volumes));
    each("spec.containers", REQUIRED);
    each("spec.restartPolicy", oneOf("Always", "OnFailure", "Never"));
    each("spec.activeDeadlineSeconds", range(1, Integer.MAX_VALUE));
    each("spec.terminationGracePeriodSeconds", range(0, Integer.MAX_VALUE));
    String container = "spec.containers[].";
    each(container + "name", REQUIRED, DNS_LABEL, once(new HashSet<>()));
    each(container + "image", REQUIRED);
    each(container + "imagePullPolicy", oneOf("Always", "IfNotPresent", "Never"));
    each(container + "env[].name", REQUIRED, ENV_NAME);
    each(container + "volumeMounts[].mountPath", REQUIRED);
    each(container + "volumeMounts[].name", known);
    each(container + "volumeMounts", Validation::mountedTwice);
    each("spec.hostname", DNS_LABEL);
    for (String kind : List.of("limits", "requests")) {
      each(container + "resources." + kind + "{key}", RESOURCE);
      each(container + "resources." + kind + "{}", QUANTITY);
    }
    each("spec.containers[].resources", Validation::aboveLimit);
    for (String path : POD_LACKS.split(" ")) {
      each("spec." + path, LACKING);
    }
  }

  private static String mountedTwice(JsonNode mounts) {
    Set<String> seen = new HashSet<>();
    for (JsonNode mount : mounts) {
      if (!seen.add(mount.path("mountPath").asText())) {
        return invalid(mount.path("mountPath"), "must be unique");
      }
    }
    return "";
  }

  /** A request may not be larger than the limit of the same resource. */
  private static String aboveLimit(JsonNode resources) {
    for (Map.Entry<String, JsonNode> request : resources.path("requests").properties()) {
      JsonNode limit = resources.path("limits").path(request.getKey());
      if (amount(limit)
          .flatMap(most -> amount(request.getValue()).filter(a -> a.compareTo(most) > 0))
          .isPresent()) {
        return "Invalid value: \"%s\": must be less than or equal to %s limit"
            .formatted(request.getValue().asText(), request.getKey());
      }
    }
    return "";
  }

  private static Optional<BigDecimal> amount(JsonNode quantity) {
    return Optional.of(quantity)
        .filter(q -> !absent(q) && QUANTITY.of(q).isEmpty())
        .map(q -> new Quantity(q.asText()).getNumericalAmount());
  }

  /**
   * @param path {@code []} stands for each item of a list, <code>{}</code> for each value of a map,
   *     <code>{key}</code> for each of its keys
   * @param checks the first problem found is reported
   */
  private void each(String path, Check... checks) {
    walk("", object, List.of(path.split("\\.")), List.of(checks));
  }

  private void walk(String at, JsonNode node, List<String> path, List<Check> checks) {
    if (path.isEmpty()) {
      Stream<String> found = checks.stream().map(c -> c.of(node)).filter(p -> !p.isEmpty());
      found.findFirst().ifPresent(problem -> problems.add(Map.entry(at, problem)));
      return;
    }
    String field = path.get(0).replaceAll("[\\[{].*", "");
    String here = at.isEmpty() ? field : at + "." + field;
    JsonNode child = node.path(field);
    List<String> rest = path.subList(1, path.size());
    if (path.get(0).endsWith("[]")) {
      for (int i = 0; i < child.size(); i++) {
        walk("%s[%d]".formatted(here, i), child.path(i), rest, checks);
      }
    } else if (path.get(0).endsWith("}")) {
      boolean keys = path.get(0).endsWith("{key}");
      for (Map.Entry<String, JsonNode> e : child.properties()) {
        JsonNode checked = keys ? TextNode.valueOf(e.getKey()) : e.getValue();
        walk(here + "[" + e.getKey() + "]", checked, rest, checks);
      }
    } else {
      walk(here, child, rest, checks);
    }
  }

  private static String tooLong(long bytes, long most) {
    return bytes > most ? "Too long: may not be more than %d bytes".formatted(most) : "";
  }

  /** Bytes of the values of a field. */
  private long bytes(String field, boolean base64) {
    return object
        .path(field)
        .valueStream()
        .map(value -> value.asText(""))
        .mapToLong(text -> base64 ? text.replaceAll("[\\r\\n=]", "").length() * 3L / 4 : utf8(text))
        .sum();
  }

  private static long entries(JsonNode map) {
    return map.propertyStream()
        .mapToLong(e -> utf8(e.getKey()) + utf8(e.getValue().asText("")))
        .sum();
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean time(String text) {
    try {
      return Instant.parse(text) != null;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** As Go's standard encoding: with padding, line breaks are skipped. */
  private static boolean base64(JsonNode value) {
    String text = value.asText().replaceAll("[\\r\\n]", "");
    try {
      Base64.getDecoder().decode(text);
      return value.isTextual() && text.length() % 4 == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean absent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static String invalid(JsonNode value, String rule) {
    return "Invalid value: \"%s\": %s".formatted(value.asText(), rule);
  }

  private static Check matches(String pattern, String rule) {
    return v -> absent(v) || v.isValueNode() && v.asText().matches(pattern) ? "" : invalid(v, rule);
  }

  private static Check keys(String pattern) {
    return map ->
        map.propertyStream()
            .map(Map.Entry::getKey)
            .filter(key -> key.length() > MAX_KEY || !key.matches(pattern))
            .findFirst()
            .map(key -> "Invalid value: \"%s\": keys must match %s".formatted(key, pattern))
            .orElse("");
  }

  private static Check oneOf(String... known) {
    String all = String.join("\", \"", known);
    String problem = "Unsupported value: \"%s\": supported values: \"" + all + "\"";
    return v ->
        absent(v) || List.of(known).contains(v.asText()) ? "" : problem.formatted(v.asText());
  }

  private static Check range(long least, long most) {
    String rule = "must be between %d and %d, inclusive".formatted(least, most);
    return v ->
        absent(v) || v.isNumber() && v.asLong() >= least && v.asLong() <= most
            ? ""
            : invalid(v, rule);
  }

  private static Check once(Set<String> seen) {
    return v -> seen.add(v.asText()) ? "" : "Duplicate value: " + v;
  }
}
