package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.caravanserai.session.Pointers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** References and patterns of an OpenAPI document, wherever they are in it. */
final class References {
  /** Keywords of JSON Schema whose schemas check the same value (2020-12 core, 10.2). */
  private static final List<String> SAME_VALUE =
      List.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas");

  /** Fields with data, in which {@code $ref} and {@code pattern} are names like any other. */
  private static final Set<String> DATA = Set.of("const", "default", "enum", "example", "examples");

  private final JsonNode document;
  private final Set<String> open = new HashSet<>();
  private final Set<String> followed = new HashSet<>();

  private References(JsonNode document) {
    this.document = document;
  }

  /** A node, or what it refers to; missing if that does not exist or refers to itself. */
  static JsonNode resolved(JsonNode document, JsonNode node) {
    Set<String> seen = new HashSet<>();
    JsonNode at = node;
    for (Optional<String> to = target(at); to.isPresent(); to = target(at)) {
      at = seen.add(to.get()) ? document.at(to.get()) : MissingNode.getInstance();
    }
    return at;
  }

  /** A schema, and all that hold with it: what it refers to, and its {@code allOf}. */
  static List<JsonNode> parts(JsonNode document, JsonNode schema) {
    List<JsonNode> parts = new ArrayList<>(List.of(schema));
    target(schema).map(document::at).ifPresent(to -> parts.addAll(parts(document, to)));
    schema.path("allOf").forEach(part -> parts.addAll(parts(document, part)));
    return parts;
  }

  /**
   * @throws IllegalArgumentException with the place of a reference that leads nowhere, of a schema
   *     whose check has no end, or of a pattern that is not valid
   */
  static void check(JsonNode document) {
    new References(document).check(document, "", false);
  }

  /**
   * @param id whether the node is in a schema with an {@code $id}, to which its references are
   *     relative
   */
  private void check(JsonNode node, String at, boolean id) {
    boolean own = id || node.path("$id").isTextual();
    String ref = node.path("$ref").asText();
    boolean lost = target(node).map(to -> document.at(to).isMissingNode()).orElse(!ref.isEmpty());
    if (lost && !own && !ref.contains("://")) {
      throw new IllegalArgumentException(
          "%s/$ref: there is no '%s' in the document; a reference is such as #/components/schemas/Job"
              .formatted(at, ref));
    }
    follow(at);
    pattern(at + "/pattern", node.path("pattern").asText());
    node.path("patternProperties")
        .fieldNames()
        .forEachRemaining(name -> pattern(at + "/patternProperties", name));
    int index = 0;
    for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
      check(item, at + "/" + index++, own);
    }
    boolean names = at.endsWith("/properties");
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (names || !DATA.contains(field.getKey()) && !field.getKey().startsWith("x-")) {
        check(field.getValue(), Pointers.child(at, field.getKey()), own);
      }
    }
  }

  private static void pattern(String at, String pattern) {
    try {
      EcmaPattern.of(pattern);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: '%s' is not a pattern: %s"
              .formatted(at, pattern, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private void follow(String at) {
    if (!open.add(at)) {
      throw new IllegalArgumentException(
          "%s refers to itself for the same value, so its check has no end; a schema can refer to itself below properties or items"
              .formatted(at));
    }
    if (followed.add(at)) {
      sameValue(at).forEach(this::follow);
    }
    open.remove(at);
  }

  /** Where the schemas are by which the value of a schema is checked too. */
  private List<String> sameValue(String at) {
    JsonNode schema = document.at(at);
    List<String> all = new ArrayList<>(target(schema).stream().toList());
    for (String keyword : SAME_VALUE) {
      JsonNode of = schema.path(keyword);
      String child = at + "/" + keyword;
      if (of.isArray()) {
        for (int i = 0; i < of.size(); i++) {
          all.add(child + "/" + i);
        }
      } else if (keyword.equals("dependentSchemas")) {
        of.fieldNames().forEachRemaining(name -> all.add(Pointers.child(child, name)));
      } else if (of.isObject()) {
        all.add(child);
      }
    }
    return all;
  }

  /** The JSON pointer of a reference to this document. */
  private static Optional<String> target(JsonNode node) {
    return Optional.of(node.path("$ref").asText())
        .filter(ref -> ref.startsWith("#/"))
        .map(ref -> ref.substring(1).replace("+", "%2B"))
        .map(ref -> ref.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"))
        .map(ref -> URLDecoder.decode(ref, StandardCharsets.UTF_8));
  }
}
