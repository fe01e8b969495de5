package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An operation of an OpenAPI 3.1 document.
 *
 * @param document the whole document
 * @param method in upper case
 * @param path with the path of the document's first server in front
 */
record OperationNode(
    JsonNode document,
    String method,
    String path,
    JsonNode operation,
    List<OperationNode.Parameter> parameters) {

  /** The extension of OpenAPI in which an operation names its scope. */
  static final String SCOPE = "x-scope";

  /** The extension that names the media type in which an operation answers by a WebSocket. */
  private static final String WEB_SOCKET = "x-websocket";

  /** The extension in which a header parameter says that it may be repeated. */
  private static final String LIST = "x-list";

  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");
  static final List<String> PLACES = List.of("path", "query", "header");

  /** Types of JSON Schema whose values a text can be. */
  private static final List<String> TYPES = List.of("string", "integer", "number", "boolean");

  /** Rules whose schemas are for the same value. */
  private static final List<String> SAME_VALUE =
      List.of("anyOf", "oneOf", "not", "if", "then", "else");

  /** Rules with which a schema without a type is not for text. */
  private static final List<String> NOT_FOR_TEXT =
      List.of(
          "properties",
          "items",
          "multipleOf",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum");

  /** Styles in which a value in the path has a prefix. */
  private static final List<String> PREFIXED = List.of("label", "matrix");

  /**
   * RFC 9110 has its own rules for these headers, and OpenAPI ignores parameters of their names.
   */
  private static final List<String> NOT_PARAMETERS =
      List.of("accept", "content-type", "authorization");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

  /**
   * @param in {@code path}, {@code query} or {@code header}
   * @param schemas its schema, and all that hold with it ({@link References#parts})
   * @param type of JSON Schema; {@code string} if the schema does not say
   * @param itemType of the items of an array
   * @param list whether the values of a repeated header are one list (RFC 9110, 5.3)
   */
  record Parameter(
      String name,
      String in,
      boolean required,
      List<JsonNode> schemas,
      String type,
      String itemType,
      boolean list) {

    /** One value, if it is a list. */
    List<String> joined(List<String> values) {
      return list && values.size() > 1 ? List.of(String.join(", ", values)) : values;
    }

    JsonNode schema() {
      return schemas.get(0);
    }

    /** The schema's default value. */
    Optional<JsonNode> byDefault() {
      return schemas.stream()
          .filter(it -> it.has("default"))
          .findFirst()
          .map(it -> it.get("default"));
    }
  }

  /**
   * @throws IllegalArgumentException that describes the mistake in the document
   */
  static List<OperationNode> all(JsonNode document) {
    if (!document.path("openapi").asText().startsWith("3.1")) {
      throw new IllegalArgumentException("it is not an OpenAPI 3.1 document");
    }
    String server = document.at("/servers/0/url").asText("/");
    String base = URI.create(server.replaceAll("[{}]", "")).getPath().replaceAll("/+$", "");
    List<OperationNode> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      ObjectNode item = JsonNodeFactory.instance.objectNode();
      ArrayNode shared = JsonNodeFactory.instance.arrayNode();
      for (JsonNode part : References.parts(document, path.getValue())) {
        part.properties().forEach(field -> item.putIfAbsent(field.getKey(), field.getValue()));
        int own = 0;
        for (JsonNode parameter : part.path("parameters")) {
          shared.insert(own++, parameter); // before those of the path that refers to this one
        }
      }
      for (String method : METHODS) {
        JsonNode operation = item.get(method);
        if (operation != null) {
          String shown = method.toUpperCase(Locale.ROOT);
          String named =
              "%s %s%s (operation %s)"
                  .formatted(shown, base, path.getKey(), operation.path("operationId").asText());
          List<Parameter> parameters = parameters(document, shared, operation, named);
          all.add(new OperationNode(document, shown, base + path.getKey(), operation, parameters));
        }
      }
    }
    all.forEach(OperationNode::check);
    unique(all, OperationNode::id, "have the same operationId");
    unique(
        all,
        node -> node.method + " " + node.path.replaceAll("\\{[^}]*}", "{}"),
        "take the same requests");
    if (all.isEmpty()) {
      throw new IllegalArgumentException("it has no operation");
    }
    return all;
  }

  private static void unique(
      List<OperationNode> all, Function<OperationNode, String> of, String mistake) {
    Map<String, OperationNode> first = new HashMap<>();
    for (OperationNode node : all) {
      OperationNode other = first.putIfAbsent(of.apply(node), node);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s %s (operation %s) and %s %s (operation %s) %s"
                .formatted(
                    other.method,
                    other.path,
                    other.id(),
                    node.method,
                    node.path,
                    node.id(),
                    mistake));
      }
    }
  }

  private void check() {
    if (id().isEmpty()) {
      throw new IllegalArgumentException(method + " " + path + " has no operationId");
    }
    if (scope().isEmpty()) {
      throw new IllegalArgumentException(
          "operation %s (%s %s) names no scope: add %s, for example %s: routes"
              .formatted(id(), method, path, SCOPE, SCOPE));
    }
    if (webSocketType().isPresent()
        && !(method.equals("GET") && answerTypes().contains(webSocketType().get()))) {
      throw new IllegalArgumentException(
          "operation %s has %s: %s, which must be a media type of its answers, and its method GET"
              .formatted(id(), WEB_SOCKET, webSocketType().get()));
    }
    bodyTypes().stream()
        .filter(type -> !type.endsWith("json"))
        .forEach(
            type -> {
              throw new IllegalArgumentException(
                  "operation %s takes a body of %s: only JSON can be checked"
                      .formatted(id(), type));
            });
    parameters.stream()
        .filter(parameter -> parameter.in().equals("path"))
        .map(Parameter::name)
        .filter(name -> !path.contains("{" + name + "}"))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "operation %s has a parameter %s in the path, but %s has no {%s}"
                      .formatted(id(), name, path, name));
            });
    Matcher placeholders = PLACEHOLDER.matcher(path);
    while (placeholders.find()) {
      String name = placeholders.group(1);
      if (parameters.stream().noneMatch(p -> p.in().equals("path") && p.name().equals(name))) {
        throw new IllegalArgumentException(
            "operation %s has no parameter for {%s} in the path %s".formatted(id(), name, path));
      }
    }
    TreeSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    parameters.stream()
        .filter(parameter -> !names.add(parameter.name()))
        .forEach(
            twice -> {
              throw new IllegalArgumentException(
                  "operation %s has two parameters %s".formatted(id(), twice.name()));
            });
    if (names.contains(ApiOperation.MEDIA_TYPE)) {
      throw new IllegalArgumentException(
          "operation %s has a parameter %s, which is the variable of the negotiated media type: give it another name"
              .formatted(id(), ApiOperation.MEDIA_TYPE));
    }
  }

  String id() {
    return operation.path("operationId").asText();
  }

  String scope() {
    return operation.path(SCOPE).asText();
  }

  Optional<String> webSocketType() {
    return Optional.ofNullable(operation.get(WEB_SOCKET)).map(JsonNode::asText);
  }

  boolean bodyRequired() {
    return body().path("required").asBoolean();
  }

  List<String> bodyTypes() {
    return mediaTypes(Stream.of(body()));
  }

  List<String> answerTypes() {
    return mediaTypes(
        operation.path("responses").properties().stream()
            .filter(response -> response.getKey().startsWith("2"))
            .map(response -> References.resolved(document, response.getValue())));
  }

  private static List<String> mediaTypes(Stream<JsonNode> withContent) {
    return withContent
        .flatMap(node -> node.path("content").properties().stream())
        .map(entry -> entry.getKey().split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        .distinct()
        .toList();
  }

  private JsonNode body() {
    return References.resolved(document, operation.path("requestBody"));
  }

  /** The schema of an object with {@code path}, {@code query}, {@code header} and {@code body}. */
  void requestSchema(ObjectNode schema) {
    ObjectNode properties = schema.put("type", "object").putObject("properties");
    for (String place : PLACES) {
      ObjectNode of = properties.putObject(place).put("type", "object");
      of.put("additionalProperties", false);
      ObjectNode named = of.putObject("properties");
      parameters.stream()
          .filter(parameter -> parameter.in().equals(place))
          .forEach(
              parameter -> {
                named.set(parameter.name(), parameter.schema());
                if (parameter.required()) {
                  of.withArray("required").add(parameter.name());
                }
              });
    }
    JsonNode content = body().path("content");
    if (!content.isEmpty()) {
      properties.set("body", content.elements().next().path("schema"));
    }
  }

  private static List<Parameter> parameters(
      JsonNode document, JsonNode ofPath, JsonNode operation, String named) {
    Map<String, Parameter> byName = new LinkedHashMap<>();
    Stream.of(ofPath, operation.path("parameters"))
        .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
        .map(node -> References.resolved(document, node))
        .filter(
            node ->
                !node.path("in").asText().equals("header")
                    || !NOT_PARAMETERS.contains(lowerCase(node.path("name").asText())))
        .map(node -> parameter(document, node, named))
        .forEach(parameter -> byName.put(parameter.in() + " " + parameter.name(), parameter));
    return List.copyOf(byName.values());
  }

  private static Parameter parameter(JsonNode document, JsonNode node, String operation) {
    String name = node.path("name").asText();
    String in = node.path("in").asText();
    if (!PLACES.contains(in)) {
      throw new IllegalArgumentException(
          "parameter %s of %s is in %s; it can be in %s"
              .formatted(name, operation, in, String.join(", ", PLACES)));
    }
    List<JsonNode> parts = References.parts(document, node.path("schema"));
    String type = type(document, parts);
    String itemType =
        parts.stream()
            .filter(part -> part.has("items"))
            .findFirst()
            .map(part -> type(document, References.parts(document, part.get("items"))))
            .orElse("string");
    boolean readable =
        type.equals("array")
            ? in.equals("query")
                && TYPES.contains(itemType)
                && node.path("style").asText("form").equals("form")
                && node.path("explode").asBoolean(true)
            : TYPES.contains(type) && !PREFIXED.contains(node.path("style").asText());
    if (!readable || node.has("content")) {
      throw new IllegalArgumentException(
          "parameter %s in %s of %s cannot be read: its schema can have one type, which is %s, or in the query array, of items of one of these, each given as %s=…"
              .formatted(name, in, operation, String.join(", ", TYPES), name));
    }
    return new Parameter(
        name,
        in,
        node.path("required").asBoolean(),
        parts,
        type,
        itemType,
        node.path(LIST).asBoolean());
  }

  /** The one type of a schema; empty if it has several, or none though it is not for text. */
  private static String type(JsonNode document, List<JsonNode> parts) {
    List<String> types =
        parts.stream()
            .map(part -> part.path("type"))
            .flatMap(
                it ->
                    it.isTextual() ? Stream.of(it) : StreamSupport.stream(it.spliterator(), false))
            .map(JsonNode::asText)
            .distinct()
            .toList();
    if (!types.isEmpty()) {
      return types.size() == 1 ? types.get(0) : "";
    }
    boolean text =
        parts.stream()
            .allMatch(
                part ->
                    NOT_FOR_TEXT.stream().noneMatch(part::has)
                        && part.path("const").isTextual() == part.has("const")
                        && StreamSupport.stream(part.path("enum").spliterator(), false)
                            .allMatch(JsonNode::isTextual)
                        && SAME_VALUE.stream()
                            .filter(part::has)
                            .map(part::get)
                            .flatMap(it -> it.isArray() ? it.valueStream() : Stream.of(it))
                            .map(it -> type(document, References.parts(document, it)))
                            .allMatch(List.of("string", "null")::contains));
    return text ? "string" : "";
  }

  private static String lowerCase(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
