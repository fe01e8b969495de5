package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;

/** What Camel reads of the contract leads every request to its route. */
class OutlineResolverTest {

  @Test
  void every_operation_of_the_contract_is_in_its_outline_with_its_media_types() throws Exception {
    // Given
    JsonNode contract = read("classpath:openapi/caravanserai.yaml");

    // When
    JsonNode outline = read("outline:classpath:openapi/caravanserai.yaml");

    // Then
    assertThat(operations(outline)).isNotEmpty().isEqualTo(operations(contract));
    JsonNode start = outline.at("/paths/~1v1~1sessions/post");
    assertThat(start.at("/requestBody/content").fieldNames())
        .toIterable()
        .containsExactly("application/json");
    assertThat(start.at("/responses/default/content").fieldNames())
        .as("the answer is described elsewhere in the contract")
        .toIterable()
        .containsExactly("application/problem+json");
    assertThat(outline.toString()).doesNotContain("$ref", "properties");
  }

  private static Set<String> operations(JsonNode document) {
    Set<String> operations = new TreeSet<>();
    document
        .path("paths")
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fields()
                    .forEachRemaining(
                        one -> {
                          if (one.getValue().has("operationId")) {
                            operations.add(
                                "%s %s %s"
                                    .formatted(
                                        one.getKey(),
                                        path.getKey(),
                                        one.getValue().path("operationId").asText()));
                          }
                        }));
    return operations;
  }

  private static JsonNode read(String uri) throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext();
        InputStream in =
            PluginHelper.getResourceLoader(context).resolveResource(uri).getInputStream()) {
      return new YAMLMapper().readTree(in);
    }
  }
}
