package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * A mistake in a YAML file, with the nearest word of the YAML DSL's own JSON schema.
 *
 * @param place its file and line
 */
record YamlMistake(String place, String reason) {
  /** How a file of routes begins. */
  static final String LIST = "write \"- route:\", with its id and its from indented below.";

  private static final String SCHEMA = "/schema/camelYamlDsl.json";
  private static final Set<String> NO_KEYS =
      Set.of("Node type key-value is invalid, expected map", "Unsupported type: SEQUENCE");
  private static final Pattern UNKNOWN =
      Pattern.compile("(?s)(Unknown node id|Unsupported field): (\\S+).*");

  /** Empty for an exception without a place. */
  static Optional<YamlMistake> of(MarkedYamlEngineException thrown) {
    return thrown.getProblemMark().map(mark -> of(mark, thrown.getProblem()));
  }

  private static YamlMistake of(Mark mark, String problem) {
    Matcher unknown = UNKNOWN.matcher(problem);
    if (!unknown.matches()) {
      return new YamlMistake(place(mark, mark.getLine()), otherNode(mark, problem));
    }
    String word = unknown.group(2);
    if (unknown.group(1).startsWith("Unknown")) {
      return new YamlMistake(
          place(mark, mark.getLine()),
          "there is no step %s.%s".formatted(word, Nearest.hint(word, steps(schema()))));
    }
    YamlKey key = YamlKey.find(mark, word::equals);
    return new YamlMistake(
        place(mark, key.line()),
        "%s has no %s.%s"
            .formatted(key.parent(), word, Nearest.hint(word, fields(schema(), key.parent()))));
  }

  /** Camel's message for a text, a list or a map in the place of another one. */
  private static String otherNode(Mark mark, String problem) {
    String words =
        problem.replace(
            "Unsupported type: SEQUENCE", "Node type array is invalid, expected key-value");
    if (!words.startsWith("Node type")) {
      return words.replace(
          "Unable to find constructor for node",
          "a step is a key with its value, such as to: log:name.");
    }
    String key = YamlKey.find(mark, name -> true).name();
    return NO_KEYS.contains(problem) && steps(schema()).contains(key)
        ? "%s takes keys with their values: %s."
            .formatted(key, String.join(", ", fields(schema(), key)))
        : words
            .replaceFirst(
                "Node type (\\S+) is invalid, expected (\\S+)", "a $1 stands in the place of a $2.")
            .replace("key-value", "text")
            .replace("array", "list");
  }

  private static String place(Mark mark, int line) {
    return "%s, line %d".formatted(mark.getName(), line + 1);
  }

  private static JsonNode schema() {
    try (InputStream in = YamlRoutesBuilderLoader.class.getResourceAsStream(SCHEMA)) {
      return new ObjectMapper().readTree(in).path("items");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Collection<String> steps(JsonNode schema) {
    Set<String> names = new TreeSet<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    schema
        .path("definitions")
        .path("org.apache.camel.model.ProcessorDefinition")
        .path("properties")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  /** The keys below any key of this name. */
  private static Collection<String> fields(JsonNode schema, String parent) {
    Set<String> names = new TreeSet<>();
    for (JsonNode definition : schema.findParents(parent)) {
      JsonNode property = definition.path(parent);
      collect(schema, property, names);
      collect(schema, property.path("items"), names);
    }
    return names;
  }

  private static void collect(JsonNode schema, JsonNode definition, Set<String> names) {
    definition.path("properties").fieldNames().forEachRemaining(names::add);
    for (String alternatives : new String[] {"anyOf", "oneOf", "allOf"}) {
      definition.path(alternatives).forEach(one -> collect(schema, one, names));
    }
    String reference = definition.path("$ref").asText();
    if (!reference.isEmpty()) {
      collect(schema, schema.at(reference.substring("#/items".length())), names);
    }
  }
}
