package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.component.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What docs/routes.md lists is in the server, and the other way round. */
class RoutesDocumentTest {
  private static final Pattern WORD = Pattern.compile("`([\\w*-]+)`");

  @Test
  void listed_components_languages_and_data_formats_are_available() throws Exception {
    try (CamelContext context = new DefaultCamelContext()) {
      List<String> parts = List.of(listed().split("; the (?:languages|data format)"));

      assertThat(words(parts.get(0)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.getComponent(oneOf(name))).as(name).isNotNull());
      assertThat(words(parts.get(1)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.resolveLanguage(name)).as(name).isNotNull());
      assertThat(words(parts.get(2)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.resolveDataFormat("jackson")).isNotNull());
    }
  }

  @Test
  void every_example_and_every_kamelet_for_users_is_listed() throws IOException {
    String text = Files.readString(Path.of("docs/routes.md"));
    try (Stream<Path> examples = Files.list(Path.of("examples"))) {
      assertThat(examples.map(file -> file.getFileName().toString()))
          .allSatisfy(name -> assertThat(text).contains("`" + name));
    }
    try (Stream<Path> kamelets = Files.list(Path.of("kamelets"))) {
      assertThat(kamelets.map(file -> file.getFileName().toString().replace(".kamelet.yaml", "")))
          .allSatisfy(name -> assertThat(text).contains("`" + name + "`"));
    }
  }

  @Test
  void every_operation_of_the_component_is_listed_with_its_options() throws IOException {
    // Given
    JsonNode component;
    try (InputStream json =
        Operation.class.getResourceAsStream("/META-INF/dev/caravanserai/component/pod.json")) {
      component = new ObjectMapper().readTree(json);
    }

    // When
    String text = Files.readString(Path.of("docs/routes.md"));

    // Then
    for (Operation operation : Operation.values()) {
      String row =
          text.lines()
              .filter(line -> line.startsWith("| `" + operation + "` |"))
              .findFirst()
              .orElseGet(() -> fail("no row for " + operation));
      assertThat(WORD.matcher(row).results().map(found -> found.group(1)))
          .containsAll(options(component, operation));
    }
  }

  /** What the component's own description says that only some operations take. */
  private static List<String> options(JsonNode component, Operation operation) {
    List<String> options = new ArrayList<>();
    component
        .path("properties")
        .properties()
        .forEach(
            option -> {
              String[] operations = option.getValue().path("label").asText().split(",");
              if (List.of(operations).contains(operation.name())) {
                options.add(option.getKey());
              }
            });
    return options;
  }

  private static String oneOf(String name) {
    return name.replace("kubernetes-*", "kubernetes-pods");
  }

  private static String listed() throws IOException {
    String text = Files.readString(Path.of("docs/routes.md"));
    int start = text.indexOf("In the server:");
    return text.substring(start, text.indexOf("\n\n", start));
  }

  private static List<String> words(String text) {
    return WORD.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
