package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.format.DateTimeFormat;
import com.networknt.schema.format.PatternFormat;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A JSON Schema of a contract. */
final class ContractSchema {
  private static final String IRI = "https://caravanserai.dev/openapi.json";

  /** The most that is reported at once. */
  static final int MOST = 100;

  /** Of a body with more values only the first violation is reported: all may fill the memory. */
  private static final int MANY = 10_000;

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
        JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            // The library's own check knows a list of top-level domains
            .format(PatternFormat.of("email", "^[^\\s@]+@[^\\s@]+$", "format.email"))
            .format(new DateTime())
            .unknownKeywordFactory((keyword, context) -> new NonValidationKeyword(keyword))
            .build();
    JsonSchemaFactory factory =
        JsonSchemaFactory.builder()
            .defaultMetaSchemaIri(dialect.getIri())
            .metaSchema(dialect)
            .schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, document.toString())))
            .build();
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder()
            .regularExpressionFactory(EcmaPattern::of)
            .formatAssertionsEnabled(true)
            .build();
    try {
      JsonSchema schema = factory.getSchema(SchemaLocation.of(IRI + "#" + pointer), config);
      schema.initializeValidators();
      return new ContractSchema(schema, new ViolationText(document, pointer));
    } catch (JsonSchemaException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** All violations, at most one per place. */
  List<Violation> check(JsonNode body) {
    try {
      return violations(body);
    } catch (StackOverflowError deep) {
      // A schema that refers to itself takes many frames for each level, or has no end.
      return List.of(new Violation("", "is nested too deeply"));
    }
  }

  private List<Violation> violations(JsonNode body) {
    Unreadable unreadable = Unreadable.in(body);
    if (!unreadable.found().isEmpty()) {
      return unreadable.found();
    }
    boolean many = unreadable.nodes() > MANY;
    Map<String, Violation> byPointer = new LinkedHashMap<>();
    schema.validate(body, execution -> execution.setFailFast(many)).stream()
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

  /** The library's own takes a space for the T (RFC 3339, 5.6). */
  private static final class DateTime extends DateTimeFormat {
    @Override
    public boolean matches(ExecutionContext execution, String text) {
      return !text.contains(" ") && super.matches(execution, text);
    }
  }
}
