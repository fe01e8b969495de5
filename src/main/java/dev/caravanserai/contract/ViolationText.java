package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.ValidationMessage;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Nearest;
import dev.caravanserai.session.Pointers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Describes a violation of the contract: the mistake and the expected value. The contract has the
 * latter beside the rule, as {@code x-expected}.
 */
final class ViolationText {
  static final String EXPECTED = "x-expected";
  private static final int LONGEST_SHOWN = 60;

  private static final Set<String> OF_TEXT = Set.of("format", "maxLength", "minLength", "pattern");
  private static final Set<String> OF_NUMBERS =
      Set.of("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf");

  private final JsonNode document;

  private final String schema;

  /**
   * @param document the whole OpenAPI document
   * @param schema pointer to the schema of the values
   */
  ViolationText(JsonNode document, String schema) {
    this.document = document;
    this.schema = schema;
  }

  Violation of(ValidationMessage message) {
    String pointer = pointer(message.getInstanceLocation());
    JsonNode rule = rule(message);
    JsonNode value = message.getInstanceNode();
    return switch (message.getType()) {
      case "additionalProperties" ->
          new Violation(
              Pointers.child(pointer, message.getProperty()), unknown(message.getProperty(), rule));
      case "required" -> missing(message, pointer, rule);
      case "propertyNames" ->
          new Violation(
              Pointers.child(pointer, message.getProperty()),
              "is not a valid name here" + mustBe(expectedName(message.getProperty(), rule)));
      case "dependentRequired" ->
          new Violation(
              Pointers.child(pointer, message.getProperty()),
              "is allowed only with "
                  + words(rule.at("/dependentRequired/" + message.getProperty())));
      case "maxLength" ->
          new Violation(
              pointer,
              "must have at most %s characters, not %d"
                  .formatted(rule.get("maxLength"), value.textValue().length()));
      case "maxItems", "maxProperties" ->
          new Violation(
              pointer,
              "must have at most %s entries, not %d"
                  .formatted(rule.get(message.getType()), value.size()));
      case "uniqueItems" -> new Violation(pointer, "must not have an entry twice");
      case "unevaluatedProperties" ->
          new Violation(Pointers.child(pointer, message.getProperty()), "is not known");
      case "false" -> new Violation(pointer, "is not allowed");
      default -> new Violation(pointer, broken(message, rule, value));
    };
  }

  private String broken(ValidationMessage message, JsonNode rule, JsonNode value) {
    String keyword = message.getType();
    String expected = expected(rule);
    boolean described =
        rule.has(EXPECTED)
            || Stream.of(OF_TEXT, OF_NUMBERS, Set.of("const", "enum", "type"))
                .anyMatch(rules -> rules.contains(keyword));
    if (described && !expected.isEmpty()) {
      boolean show =
          showable(value, rule) && !isSecret(rule) && !isSecret(message.getInstanceLocation());
      return "must be "
          + expected
          + (show || keyword.equals("type") ? ", not " + shown(value, show) : "");
    }
    return rule.has(keyword) && Set.of("minItems", "minProperties").contains(keyword)
        ? "must have at least %s entries, not %d".formatted(rule.get(keyword), value.size())
        : "does not keep the rule %s of its schema"
            .formatted(message.getSchemaLocation().getFragment().getName(-1));
  }

  private JsonNode rule(ValidationMessage message) {
    JsonNodePath path = message.getSchemaLocation().getFragment().getParent();
    JsonNode node = document;
    for (int i = 0; i < path.getNameCount(); i++) {
      node =
          path.getElement(i) instanceof Integer index
              ? node.path(index)
              : node.path(String.valueOf(path.getElement(i)));
    }
    return node;
  }

  private Violation missing(ValidationMessage message, String pointer, JsonNode rule) {
    JsonNode wanted =
        References.resolved(document, rule.path("properties").path(message.getProperty()));
    return new Violation(
        Pointers.child(pointer, message.getProperty()), "is missing" + mustBe(expected(wanted)));
  }

  private static String mustBe(String expected) {
    return expected.isEmpty() ? "" : "; it must be " + expected;
  }

  /** The expected value of the first rule that the name violates. */
  private String expectedName(String name, JsonNode rule) {
    JsonNode names = References.resolved(document, rule.path("propertyNames"));
    return StreamSupport.stream(names.path("allOf").spliterator(), false)
        .filter(part -> !EcmaPattern.of(part.path("pattern").asText()).matches(name))
        .findFirst()
        .or(() -> Optional.of(names))
        .map(ViolationText::expected)
        .orElseThrow();
  }

  private static String unknown(String name, JsonNode rule) {
    List<String> known = new ArrayList<>();
    rule.path("properties").fieldNames().forEachRemaining(known::add);
    return known.isEmpty()
        ? "is unknown; no field is allowed here"
        : "is not known; "
            + Nearest.of(name, known)
                .map(near -> "did you mean " + near + "?")
                .orElse("known are " + String.join(", ", known));
  }

  /** What a schema asks for; empty if none of its rules says. */
  private static String expected(JsonNode rule) {
    if (rule.has(EXPECTED)) {
      return rule.get(EXPECTED).textValue();
    }
    if (rule.has("const")) {
      return rule.get("const").toString();
    }
    if (rule.has("enum")) {
      return words(rule.get("enum"));
    }
    JsonNode type = rule.path("type");
    return StreamSupport.stream((type.isArray() ? type : List.of(type)).spliterator(), false)
        .map(one -> expected(one.asText(), rule))
        .collect(Collectors.joining(" or "));
  }

  private static String expected(String type, JsonNode rule) {
    return switch (type) {
      case "string" -> text(rule);
      case "object" -> "an object";
      case "array" -> "a list";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number" + range(rule);
      case "number" -> "a number" + range(rule);
      case "null" -> "null";
      default ->
          OF_NUMBERS.stream().anyMatch(rule::has)
              ? "a number" + range(rule)
              : OF_TEXT.stream().anyMatch(rule::has) ? text(rule) : "";
    };
  }

  private static String text(JsonNode rule) {
    String least = with("at least ", rule, "minLength");
    String most = with("at most ", rule, "maxLength");
    String length =
        least.isEmpty() || most.isEmpty()
            ? least + most
            : "%s to %s".formatted(rule.get("minLength"), rule.get("maxLength"));
    return "text"
        + (length.isEmpty() ? "" : " of " + length + " characters")
        + (isSecret(rule) ? "" : with(" of the format ", rule, "format"))
        + with(" that matches ", rule, "pattern");
  }

  private static String range(JsonNode rule) {
    return with(" from ", rule, "minimum")
        + with(" above ", rule, "exclusiveMinimum")
        + with(" up to ", rule, "maximum")
        + with(" below ", rule, "exclusiveMaximum")
        + with(" that is a multiple of ", rule, "multipleOf");
  }

  private static String with(String words, JsonNode rule, String keyword) {
    return rule.has(keyword) ? words + rule.get(keyword).asText() : "";
  }

  private static String words(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "))
        .replaceFirst(", ([^,]*)$", " or $1");
  }

  private static String shown(JsonNode value, boolean show) {
    return switch (value.getNodeType()) {
      case STRING -> show ? value.toString() : "text";
      case NUMBER -> show ? "the number " + value : "a number";
      case BOOLEAN -> show ? value.toString() : "true or false";
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      default -> "null";
    };
  }

  /**
   * Whether a value is short and simple. Text in place of a list or object may be a command or env.
   */
  private static boolean showable(JsonNode value, JsonNode rule) {
    boolean simple = !List.of("object", "array").contains(rule.path("type").asText());
    return simple
        && (value.isTextual() || value.isNumber() || value.isBoolean())
        && value.toString().length() <= LONGEST_SHOWN;
  }

  /** Whether a schema of a value says that it is a secret, or may say so outside the document. */
  private boolean isSecret(JsonNodePath value) {
    return References.ofPart(document, schema, value)
        .anyMatch(it -> isSecret(it) || !it.path("$ref").asText("#/").startsWith("#/"));
  }

  private static boolean isSecret(JsonNode rule) {
    return "password".equals(rule.path("format").asText());
  }

  private static String pointer(JsonNodePath path) {
    String pointer = "";
    for (int i = 0; i < path.getNameCount(); i++) {
      pointer = Pointers.child(pointer, String.valueOf(path.getElement(i)));
    }
    return pointer;
  }
}
