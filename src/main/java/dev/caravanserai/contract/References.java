package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.networknt.schema.JsonNodePath;
import dev.caravanserai.session.Pointers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** References and patterns of an OpenAPI document, wherever they are in it. */
final class References {
  /** Keywords of JSON Schema whose schemas check the same value (2020-12 core, 10.2). */
  private static final List<String> SAME_VALUE =
      List.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas");

  /** Keywords whose schemas check parts of the value, beside {@code properties}. */
  private static final List<String> OF_PARTS =
      List.of(
          "additionalProperties",
          "contains",
          "items",
          "patternProperties",
          "prefixItems",
          "unevaluatedItems",
          "unevaluatedProperties");

  /** Fields with data, in which {@code $ref} and {@code pattern} are names like any other. */
  private static final Set<String> DATA = Set.of("const", "default", "enum", "example", "examples");

  /** Fields whose own fields are names, also such as {@code default}. */
  private static final Set<String> NAMES =
      Set.of(
          "$defs",
          "callbacks",
          "content",
          "definitions",
          "dependentSchemas",
          "headers",
          "parameters",
          "pathItems",
          "paths",
          "patternProperties",
          "properties",
          "requestBodies",
          "responses",
          "schemas",
          "webhooks");

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
   * Every schema that may check a part of a value.
   *
   * @param schema pointer to the schema of the value
   * @param part names and indexes
   */
  static Stream<JsonNode> ofPart(JsonNode document, String schema, JsonNodePath part) {
    References of = new References(document);
    of.follow(schema);
    for (int i = 0; i < part.getNameCount(); i++) {
      References below = new References(document);
      for (String at : of.followed) {
        of.schemas(at, OF_PARTS).forEach(below::follow);
        below.follow(Pointers.child(at + "/properties", String.valueOf(part.getElement(i))));
      }
      of = below;
    }
    return of.followed.stream().map(document::at);
  }

  /**
   * @throws IllegalArgumentException with the place of a reference that leads nowhere, of a schema
   *     whose check has no end, or of a pattern that is not valid
   */
  static void check(JsonNode document) {
    new References(document).check(document, "", false);
  }

  /**
   * @param names whether the node's fields are names
   */
  private void check(JsonNode node, String at, boolean names) {
    if (!names) {
      rules(node, at);
    }
    int index = 0;
    for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
      check(item, at + "/" + index++, false);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      if (names || !DATA.contains(name) && !name.startsWith("x-")) {
        check(field.getValue(), Pointers.child(at, name), !names && NAMES.contains(name));
      }
    }
  }

  private void rules(JsonNode node, String at) {
    String ref = node.path("$ref").asText();
    boolean lost =
        target(node)
            .map(to -> document.at(to).isMissingNode())
            .orElse(node.path("$ref").isTextual());
    if (lost) {
      throw new IllegalArgumentException(
          "%s/$ref: there is no '%s' in the document; a reference is such as #/components/schemas/Job"
              .formatted(at, ref));
    }
    follow(at);
    pattern(at + "/pattern", node.path("pattern").asText());
    node.path("patternProperties")
        .fieldNames()
        .forEachRemaining(name -> pattern(at + "/patternProperties", name));
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
      target(document.at(at)).ifPresent(this::follow);
      schemas(at, SAME_VALUE).forEach(this::follow);
    }
    open.remove(at);
  }

  /** Where the schemas of some keywords of a schema are. */
  private List<String> schemas(String at, List<String> keywords) {
    JsonNode schema = document.at(at);
    List<String> all = new ArrayList<>();
    for (String keyword : keywords) {
      JsonNode of = schema.path(keyword);
      String child = at + "/" + keyword;
      if (of.isArray()) {
        for (int i = 0; i < of.size(); i++) {
          all.add(child + "/" + i);
        }
      } else if (NAMES.contains(keyword)) {
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
