package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.ValidationMessage;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One schema of a contract, by which JSON is checked. */
final class ContractSchema {
  private static final String IRI = "https://caravanserai.dev/openapi.json";

  /** Nobody corrects more at once. */
  private static final int MOST = 100;

  private final JsonSchema schema;
  private final ViolationText text;

  private ContractSchema(JsonSchema schema, ViolationText text) {
    this.schema = schema;
    this.text = text;
  }

  /**
   * @param document the whole document, which the schema may refer to
   * @param pointer to the schema, such as {@code /components/schemas/Exec}
   */
  static ContractSchema of(JsonNode document, String pointer) {
    JsonMetaSchema dialect =
        JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            .unknownKeywordFactory((keyword, context) -> new NonValidationKeyword(keyword))
            .build();
    JsonSchemaFactory factory =
        JsonSchemaFactory.builder()
            .defaultMetaSchemaIri(dialect.getIri())
            .metaSchema(dialect)
            .schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, document.toString())))
            .build();
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().regularExpressionFactory(EcmaPattern::of).build();
    JsonSchema schema = factory.getSchema(SchemaLocation.of(IRI + "#" + pointer), config);
    schema.initializeValidators();
    return new ContractSchema(schema, new ViolationText(document));
  }

  /** All that is wrong, at most one thing for each place; empty if nothing is. */
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

  /** The rule that asks for one of several alternatives reports why none of them fits. */
  private static boolean alternative(ValidationMessage message) {
    JsonNodePath path = message.getEvaluationPath();
    return IntStream.range(0, path.getNameCount() - 1)
        .anyMatch(i -> "oneOf".equals(path.getElement(i)));
  }
}
