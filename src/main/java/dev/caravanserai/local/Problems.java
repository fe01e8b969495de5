package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What is wrong with an object, by field, in Kubernetes' words. */
final class Problems {
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

  private final List<String> all = new ArrayList<>();

  void add(String problem) {
    all.add(problem);
  }

  void required(String field) {
    all.add(field + ": Required value");
  }

  void duplicate(String field, String value) {
    all.add("%s: Duplicate value: \"%s\"".formatted(field, value));
  }

  /**
   * @throws ApiError 422 when there is any
   */
  void refuse(Kind kind, String name) {
    if (!all.isEmpty()) {
      String text = all.size() == 1 ? all.get(0) : "[" + String.join(", ", all) + "]";
      String qualified = kind.group.isEmpty() ? kind.kind : kind.kind + "." + kind.group;
      throw new ApiError(
          422, "Invalid", "%s \"%s\" is invalid: %s".formatted(qualified, name, text));
    }
  }

  /** Of an object whose names are {@code label}s, or else subdomains. */
  void objectName(String name, boolean label) {
    if (name.isEmpty()) {
      all.add("metadata.name: Required value: name or generateName is required");
    } else if (label && !DNS_LABEL.matcher(name).matches()) {
      invalid("metadata.name", name, DNS_RULE.formatted("label", ""));
    } else if (name.length() > 253 || !DNS_NAME.matcher(name).matches()) {
      invalid("metadata.name", name, DNS_RULE.formatted("subdomain", ", '-' or '.',"));
    }
  }

  void labelValue(JsonNode value) {
    if (!value.isTextual() || !LABEL_VALUE.matcher(value.asText()).matches()) {
      invalid(
          "metadata.labels",
          value.asText(),
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
              + " or '.', and must start and end with an alphanumeric character, at most 63"
              + " characters");
    }
  }

  void envName(String field, String name) {
    if (name.isEmpty()) {
      required(field);
    } else if (!ENV_NAME.matcher(name).matches()) {
      invalid(
          field,
          name,
          "a valid environment variable name must consist of alphabetic characters, digits,"
              + " '_', '-', or '.', and must not start with a digit");
    }
  }

  void name(String at, String name) {
    if (name.isEmpty()) {
      required(at);
    } else if (!DNS_LABEL.matcher(name).matches()) {
      invalid(at, name, DNS_RULE.formatted("label", ""));
    }
  }

  void key(String at, String key) {
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

  void quantities(String at, JsonNode list) {
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

  void oneOf(String at, JsonNode value, String... known) {
    if (!value.isMissingNode() && !value.isNull() && !List.of(known).contains(value.asText())) {
      all.add(
          "%s: Unsupported value: \"%s\": supported values: \"%s\""
              .formatted(at, value.asText(), String.join("\", \"", known)));
    }
  }

  void invalid(String at, String value, String why) {
    all.add("%s: Invalid value: \"%s\": %s".formatted(at, value, why));
  }
}
