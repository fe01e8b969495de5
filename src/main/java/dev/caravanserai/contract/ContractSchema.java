package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.JsonValidator;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.ValidationContext;
import com.networknt.schema.ValidationMessage;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Nearest;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A JSON Schema of a contract. */
final class ContractSchema {
  private static final String IRI = "https://caravanserai.dev/openapi.json";

  /** The most that is reported at once. */
  private static final int MOST = 100;

  private static final JsonMetaSchema DIALECT = JsonMetaSchema.getV202012();

  /** Keys that OpenAPI 3.1 adds to JSON Schema; they are no rules. */
  private static final Set<String> OF_OPENAPI =
      Set.of("discriminator", "example", "externalDocs", "xml");

  private final JsonSchema schema;
  private final ViolationText text;

  private ContractSchema(JsonSchema schema, ViolationText text) {
    this.schema = schema;
    this.text = text;
  }

  /**
   * @param document the whole document, which the schema may refer to
   * @param pointer to the schema, such as {@code /components/schemas/Exec}
   * @throws IllegalArgumentException with the place of a schema that is invalid
   */
  static ContractSchema of(JsonNode document, String pointer) {
    JsonMetaSchema dialect =
        JsonMetaSchema.builder(DIALECT)
            .unknownKeywordFactory((keyword, context) -> new UnknownKeyword(keyword))
            .build();
    JsonSchemaFactory factory =
        JsonSchemaFactory.builder()
            .defaultMetaSchemaIri(dialect.getIri())
            .metaSchema(dialect)
            .schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, document.toString())))
            .build();
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().regularExpressionFactory(EcmaPattern::of).build();
    try {
      JsonSchema schema = factory.getSchema(SchemaLocation.of(IRI + "#" + pointer), config);
      schema.initializeValidators();
      return new ContractSchema(schema, new ViolationText(document));
    } catch (JsonSchemaException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** A key that JSON Schema does not have is refused: a misspelt rule would never be checked. */
  private static final class UnknownKeyword extends NonValidationKeyword {
    UnknownKeyword(String keyword) {
      super(keyword);
    }

    @Override
    public JsonValidator newValidator(
        SchemaLocation place,
        JsonNodePath path,
        JsonNode value,
        JsonSchema parent,
        ValidationContext context) {
      boolean inSchema = place.getFragment().getNameCount() > 1;
      if (inSchema && !getValue().startsWith("x-") && !OF_OPENAPI.contains(getValue())) {
        throw new JsonSchemaException(
            "%s: JSON Schema has no key '%s'.%s"
                .formatted(
                    place.getFragment().toString().replace("/" + ApiDocument.REQUESTS, ""),
                    getValue(),
                    Nearest.hint(getValue(), DIALECT.getKeywords().keySet())));
      }
      return super.newValidator(place, path, value, parent, context);
    }
  }

  /** All violations, at most one per place. */
  List<Violation> check(JsonNode body) {
    List<Violation> unreadable = Unreadable.in(body);
    if (!unreadable.isEmpty()) {
      return unreadable;
    }
    Map<String, Violation> byPointer = new LinkedHashMap<>();
    schema.validate(body).stream()
        .sorted(Comparator.comparing(ContractSchema::rank))
        .filter(message -> !alternative(message))
        .map(text::of)
        .limit(MOST)
        .forEach(violation -> byPointer.putIfAbsent(violation.pointer(), violation));
    return List.copyOf(byPointer.values());
  }

  /** A value of the wrong type is reported for its type only. */
  private static int rank(ValidationMessage message) {
    return "type".equals(message.getType()) ? 0 : 1;
  }

  /** Violations of one alternative; {@code oneOf} itself reports that none matches. */
  private static boolean alternative(ValidationMessage message) {
    JsonNodePath path = message.getEvaluationPath();
    return IntStream.range(0, path.getNameCount() - 1)
        .anyMatch(i -> "oneOf".equals(path.getElement(i)));
  }
}
