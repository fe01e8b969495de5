package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every route and Kamelet is what Camel's own schema and catalog allow, and can be found by its id.
 */
class YamlTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final DefaultCamelCatalog CATALOG = catalog();

  private static DefaultCamelCatalog catalog() {
    DefaultCamelCatalog catalog = new DefaultCamelCatalog();
    try (InputStream pod =
        YamlTest.class.getResourceAsStream("/META-INF/dev/caravanserai/component/pod.json")) {
      catalog.addComponent(
          "pod", "dev.caravanserai.component.PodComponent", new String(pod.readAllBytes()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return catalog;
  }

  static Stream<Path> routes() throws IOException {
    return Stream.concat(files("routes"), files("examples"));
  }

  static Stream<Path> kamelets() throws IOException {
    return files("kamelets");
  }

  private static Stream<Path> files(String folder) throws IOException {
    return Files.list(Path.of(folder)).filter(f -> f.toString().endsWith(".yaml")).sorted();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void route_file_is_valid_against_the_yaml_dsl_schema(Path file) throws IOException {
    assertThat(schema().validate(YAML.readTree(file.toFile()))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void kamelet_template_is_valid_against_the_yaml_dsl_schema(Path file) throws IOException {
    // Given
    JsonNode template = YAML.readTree(file.toFile()).path("spec").path("template");

    // When
    var route =
        YAML.createArrayNode().add(YAML.createObjectNode().set("from", template.get("from")));

    // Then
    assertThat(template.has("from")).isTrue();
    assertThat(schema().validate(route)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource({"routes", "kamelets"})
  void every_endpoint_has_only_options_that_exist(Path file) throws IOException {
    // Given
    List<JsonNode> endpoints = new ArrayList<>();
    collect(YAML.readTree(file.toFile()), endpoints);
    List<String> wrong = new ArrayList<>();

    // When
    for (JsonNode endpoint : endpoints) {
      String uri = endpoint.path("uri").asText();
      Map<String, String> parameters = new HashMap<>();
      endpoint
          .path("parameters")
          .fields()
          .forEachRemaining(p -> parameters.put(p.getKey(), p.getValue().asText()));
      wrong.addAll(
          uri.startsWith("kamelet:")
              ? kamelet(uri, parameters.keySet())
              : component(uri, parameters));
    }

    // Then
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void every_route_and_step_has_an_id_and_every_route_a_description(Path file) throws IOException {
    // Given
    List<String> without = new ArrayList<>();
    Set<String> ids = new HashSet<>();

    // When
    for (JsonNode entry : YAML.readTree(file.toFile())) {
      JsonNode route = entry.path("route");
      if (route.isObject()) {
        if (!route.has("description")) {
          without.add("description of " + route.path("id"));
        }
        if (!ids.add(route.path("id").asText(""))) {
          without.add("own id of " + route.path("id"));
        }
        steps(route, "", without);
      }
    }

    // Then
    assertThat(without).isEmpty();
  }

  private static void steps(JsonNode node, String path, List<String> without) {
    if (node.isArray()) {
      node.forEach(n -> steps(n, path, without));
    }
    node.fields()
        .forEachRemaining(
            field -> {
              if (field.getKey().equals("steps")) {
                for (JsonNode step : field.getValue()) {
                  step.fields()
                      .forEachRemaining(
                          s -> {
                            if (!s.getValue().has("id")) {
                              without.add(path + "/" + s.getKey());
                            }
                          });
                }
              }
              steps(field.getValue(), path + "/" + field.getKey(), without);
            });
  }

  private static List<String> component(String uri, Map<String, String> parameters) {
    String text = uri.contains("{{") ? uri.replaceAll("\\{\\{.*?}}", "x") : uri;
    StringBuilder full = new StringBuilder(text);
    char separator = text.contains("?") ? '&' : '?';
    for (var p : parameters.entrySet()) {
      if (p.getValue().contains("{{")) {
        full.append(separator).append(p.getKey()).append("={{x}}");
      } else {
        full.append(separator)
            .append(p.getKey())
            .append('=')
            .append(
                java.net.URLEncoder.encode(p.getValue(), java.nio.charset.StandardCharsets.UTF_8));
      }
      separator = '&';
    }
    EndpointValidationResult result = CATALOG.validateEndpointProperties(full.toString());
    return result.isSuccess() || result.getUnknownComponent() != null && isOurs(text)
        ? List.of()
        : List.of(full + ": " + result.summaryErrorMessage(false));
  }

  private static boolean isOurs(String uri) {
    return uri.startsWith("direct:");
  }

  /** Camel accepts any parameter of a Kamelet without a word, so it is checked here. */
  private static List<String> kamelet(String uri, Set<String> parameters) throws IOException {
    String name = uri.substring("kamelet:".length());
    if (name.equals("source") || name.equals("sink")) {
      return List.of();
    }
    Path file = Path.of("kamelets", name + ".kamelet.yaml");
    if (!Files.exists(file)) {
      return List.of("no such Kamelet: " + name);
    }
    JsonNode known =
        YAML.readTree(file.toFile()).path("spec").path("definition").path("properties");
    return parameters.stream()
        .filter(p -> !known.has(p))
        .map(p -> "Kamelet " + name + " has no property " + p)
        .toList();
  }

  private static void collect(JsonNode node, List<JsonNode> endpoints) {
    if (node.isObject() && node.path("uri").isTextual()) {
      endpoints.add(node);
    }
    node.forEach(child -> collect(child, endpoints));
  }

  private static JsonSchema schema() throws IOException {
    try (InputStream schema =
        YamlTest.class.getClassLoader().getResourceAsStream("schema/camelYamlDsl.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    }
  }
}
