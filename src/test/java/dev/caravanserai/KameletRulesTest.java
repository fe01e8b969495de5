package dev.caravanserai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Kamelet follows the rules of the Camel Kamelet catalog. */
class KameletRulesTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Pattern USED = Pattern.compile("\\{\\{\\??([A-Za-z0-9]+)(:[^}]*)?}}");

  static Stream<Path> kamelets() throws IOException {
    return Files.list(Path.of("kamelets")).sorted();
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void kamelet_follows_the_rules_of_the_catalog(Path file) throws IOException {
    // Given
    JsonNode kamelet = YAML.readTree(file.toFile());
    JsonNode metadata = kamelet.path("metadata");
    JsonNode definition = kamelet.path("spec").path("definition");
    JsonNode template = kamelet.path("spec").path("template");
    String name = metadata.path("name").asText();
    String type = metadata.path("labels").path("camel.apache.org/kamelet.type").asText();
    SoftAssertions rules = new SoftAssertions();

    // Then
    rules.assertThat(file.getFileName().toString()).isEqualTo(name + ".kamelet.yaml");
    rules.assertThat(name).endsWith("-" + type);
    rules.assertThat(type).isIn("source", "sink", "action");
    rules.assertThat(definition.path("title").asText().toLowerCase()).endsWith(type);
    rules.assertThat(definition.path("description").asText()).isNotBlank();
    rules.assertThat(definition.path("type").asText()).isEqualTo("object");
    rules
        .assertThat(metadata.path("annotations").path("camel.apache.org/kamelet.icon").asText())
        .startsWith("data:image/svg+xml;base64,");
    for (String key : new String[] {"support.level", "group"}) {
      rules
          .assertThat(metadata.path("annotations").path("camel.apache.org/kamelet." + key).asText())
          .as(key)
          .isNotBlank();
    }
    rules
        .assertThat(metadata.path("annotations").path("camel.apache.org/provider").asText())
        .isNotBlank();
    Set<String> declared = new TreeSet<>();
    definition
        .path("properties")
        .fields()
        .forEachRemaining(
            p -> {
              declared.add(p.getKey());
              for (String field : new String[] {"type", "title", "description"}) {
                rules
                    .assertThat(p.getValue().path(field).asText())
                    .as(p.getKey() + " has a " + field)
                    .isNotBlank();
              }
            });
    definition.path("required").forEach(r -> rules.assertThat(declared).contains(r.asText()));
    rules.assertThat(used(template)).as("used = declared").isEqualTo(declared);
    kamelet
        .path("spec")
        .path("dependencies")
        .forEach(d -> rules.assertThat(d.asText()).matches("(camel:|mvn:|github:apache/).*"));
    if (type.equals("source")) {
      rules.assertThat(template.toString()).contains("\"kamelet:sink\"");
    } else {
      rules.assertThat(template.path("from").path("uri").asText()).isEqualTo("kamelet:source");
    }
    rules.assertAll();
  }

  private static Set<String> used(JsonNode template) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = USED.matcher(template.toString());
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }
}
