package dev.caravanserai.profile;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.caravanserai.session.Nearest;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Binds values to a type as strictly as {@code kubectl} does: an unknown field, text in place of a
 * number and a number in place of text are mistakes. To find all of them, it reports and removes
 * what the first attempt fails at, and binds the rest again. Thread safe.
 */
final class StrictBinding {
  private static final int LONGEST_SHOWN = 60;
  private static final Predicate<String> DECIMAL =
      Pattern.compile("-?(?:0|[1-9][0-9]{0,17})").asMatchPredicate();
  private static final String TEXT = "text";
  private static final String LIST = "a list";
  private static final String MAP = "a map";
  private static final String QUANTITY = "a quantity such as 500m or 1Gi";
  private static final String NUMBER = "a whole number";
  private static final String YES_OR_NO = "true or false";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .withCoercionConfig(
              LogicalType.Float,
              number -> number.setCoercion(CoercionInputShape.Integer, CoercionAction.TryConvert))
          .withCoercionConfigDefaults(
              all -> {
                for (CoercionInputShape shape : CoercionInputShape.values()) {
                  all.setCoercion(shape, CoercionAction.Fail);
                }
              })
          .annotationIntrospector(new StrictModel())
          .build();

  /** The model's classes accept unknown fields, which only custom resources may have. */
  private static final class StrictModel extends JacksonAnnotationIntrospector {
    @Override
    public Object findDeserializer(Annotated type) {
      return type.getRawType() == Quantity.class && type instanceof AnnotatedClass
          ? QuantityReader.class
          : super.findDeserializer(type);
    }

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return member instanceof AnnotatedMember m
              && m.getDeclaringClass() != GenericKubernetesResource.class
          ? Boolean.FALSE
          : super.hasAnySetter(member);
    }
  }

  /** The model's own reads any text. */
  private static final class QuantityReader extends Quantity.Deserializer {
    @Override
    public Quantity deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      Quantity quantity = super.deserialize(parser, context);
      if (Quantities.amount(quantity.toString()).isEmpty()) {
        throw MismatchedInputException.from(parser, Quantity.class, "not a quantity");
      }
      return quantity;
    }
  }

  private final BiConsumer<String, String> wrong;
  private final boolean evaluated;

  /**
   * @param evaluated whether values may come from expressions: then text such as a setting's that
   *     is a decimal number is converted where a number is needed, and a number to text
   * @param wrong receives the JSON pointer and the description of each mistake
   */
  StrictBinding(boolean evaluated, BiConsumer<String, String> wrong) {
    this.evaluated = evaluated;
    this.wrong = wrong;
  }

  /**
   * @param path the JSON pointer to the value
   * @return the value without its mistakes; empty if nothing is left
   */
  <T> Optional<T> bind(Object value, Class<T> type, String path) {
    JsonNode tree = JSON.valueToTree(value);
    while (true) {
      try {
        return Optional.ofNullable(JSON.treeToValue(tree, type));
      } catch (JsonMappingException e) {
        JsonPointer at = pointer(e);
        if (!replaced(tree, at, e, path)) {
          wrong.accept(path + at, words(e, tree.at(at)));
          return Optional.empty();
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("A tree has no syntax", e);
      }
    }
  }

  private static JsonPointer pointer(JsonMappingException e) {
    JsonPointer at = JsonPointer.empty();
    for (JsonMappingException.Reference step : e.getPath()) {
      at =
          step.getFieldName() == null
              ? at.appendIndex(step.getIndex())
              : at.appendProperty(step.getFieldName());
    }
    return at;
  }

  /** Converts or removes a value that does not fit; false if that is not possible. */
  private boolean replaced(JsonNode tree, JsonPointer at, JsonMappingException e, String path) {
    JsonNode value = tree.at(at);
    if (at.matches() || value.isMissingNode()) {
      return false;
    }
    Optional<JsonNode> converted = evaluated ? converted(e, value) : Optional.empty();
    JsonNode parent = tree.at(at.head());
    if (parent instanceof ArrayNode list) {
      list.set(at.last().getMatchingIndex(), converted.orElse(list.nullNode()));
    } else if (converted.isPresent()) {
      ((ObjectNode) parent).set(at.last().getMatchingProperty(), converted.get());
    } else {
      ((ObjectNode) parent).remove(at.last().getMatchingProperty());
    }
    if (converted.isEmpty()) {
      wrong.accept(path + at, words(e, value));
    }
    return !(parent instanceof ArrayNode && value.isNull());
  }

  private static Optional<JsonNode> converted(JsonMappingException e, JsonNode value) {
    if (!(e instanceof MismatchedInputException mismatch) || !value.isValueNode()) {
      return Optional.empty();
    }
    String text = value.asText();
    boolean unknown = text.contains(Expressions.UNKNOWN);
    return switch (expected(mismatch)) {
      case TEXT -> Optional.<JsonNode>of(new TextNode(text)).filter(n -> !value.isTextual());
      case NUMBER ->
          Optional.of(unknown ? "1" : text)
              .filter(DECIMAL)
              .map(t -> new LongNode(Long.parseLong(t)));
      case YES_OR_NO ->
          Optional.of(unknown ? "true" : text)
              .filter(t -> t.equals("true") || t.equals("false"))
              .map(t -> BooleanNode.valueOf(t.equals("true")));
      case QUANTITY -> Optional.<JsonNode>of(new TextNode("1")).filter(amount -> unknown);
      case LIST -> Optional.<JsonNode>of(JSON.createArrayNode().add(text)).filter(list -> unknown);
      case MAP ->
          Optional.<JsonNode>of(JSON.createObjectNode())
              .filter(map -> unknown && Map.class.isAssignableFrom(mismatch.getTargetType()));
      default -> Optional.empty();
    };
  }

  private static String expected(MismatchedInputException e) {
    Class<?> type = e.getTargetType();
    if (type == null || type == String.class) {
      return TEXT;
    }
    if (type == Boolean.class || type == boolean.class) {
      return YES_OR_NO;
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return NUMBER;
    }
    if (type == Quantity.class) {
      return QUANTITY;
    }
    if (type == Pattern.class) {
      return "a regular expression";
    }
    return Collection.class.isAssignableFrom(type) ? LIST : MAP;
  }

  private static String words(JsonMappingException e, JsonNode value) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      List<String> known =
          unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList();
      Class<?> in = unknown.getReferringClass();
      return "unknown %s; %s"
          .formatted(
              in.isRecord() ? "key" : "field in a Kubernetes " + in.getSimpleName(),
              Nearest.of(unknown.getPropertyName(), known)
                  .map(near -> "did you mean " + near)
                  .orElse("there are " + String.join(", ", known)));
    }
    if (e instanceof MismatchedInputException mismatch) {
      String text = value.isArray() ? LIST : value.isObject() ? MAP : value.toString();
      return "it must be %s, not %s"
          .formatted(
              expected(mismatch),
              text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…");
    }
    return e.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
  }
}
