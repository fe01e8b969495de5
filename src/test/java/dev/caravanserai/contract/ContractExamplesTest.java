package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Examples of the contract are valid. */
class ContractExamplesTest {
  private record Example(String at, String schema, JsonNode value) {}

  private final JsonNode document;

  ContractExamplesTest() throws IOException {
    document = new YAMLMapper().readTree(Contract.load().yaml());
  }

  @TestFactory
  Stream<DynamicTest> everyExampleKeepsItsSchema() {
    // Given
    List<Example> examples = new ArrayList<>();
    collect("", document, examples);
    assertThat(examples).hasSizeGreaterThan(15);

    // When, Then
    return examples.stream()
        .map(
            example ->
                dynamicTest(
                    example.at(),
                    () ->
                        assertThat(
                                ContractSchema.of(
                                        document, "/components/schemas/" + example.schema())
                                    .check(example.value()))
                            .isEmpty()));
  }

  /** Examples stand next to a schema that is a reference, or inside of a named schema. */
  private void collect(String at, JsonNode node, List<Example> found) {
    String schema = node.at("/schema/$ref").asText().replace("#/components/schemas/", "");
    if (!schema.isEmpty()) {
      for (JsonNode example : node.path("examples")) {
        found.add(new Example(at, schema, resolved(example).path("value")));
      }
      if (node.has("example")) {
        found.add(new Example(at, schema, node.get("example")));
      }
    }
    if (at.matches("/components/schemas/\\w+")) {
      for (JsonNode example : node.path("examples")) {
        found.add(new Example(at, at.substring(at.lastIndexOf('/') + 1), example));
      }
    }
    node.properties().forEach(field -> collect(at + "/" + field.getKey(), field.getValue(), found));
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }
}
