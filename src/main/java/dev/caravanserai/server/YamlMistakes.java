package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.LineNumberReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * Describes a mistake in a YAML file by file, line and the nearest word of the YAML DSL's own JSON
 * schema.
 */
final class YamlMistakes {
  private static final String SCHEMA = "/schema/camelYamlDsl.json";
  private static final Pattern UNKNOWN =
      Pattern.compile("(?s)(Unknown node id|Unsupported field): (\\S+).*");

  private static final Pattern UNQUOTED = Pattern.compile("[:-]\\s+\\{\\{");

  private YamlMistakes() {}

  /**
   * A placeholder without quotes, which YAML reads as a mapping; the parser reports no line.
   *
   * @param file its path
   * @return empty if the file has none
   */
  static Optional<String> unquoted(String file) {
    try (LineNumberReader lines = new LineNumberReader(Files.newBufferedReader(Path.of(file)))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (UNQUOTED.matcher(line).find()) {
          return Optional.of(
              "file:%s, line %d: a value that begins with {{ has to be in quotes."
                  .formatted(file, lines.getLineNumber()));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String describe(MarkedYamlEngineException thrown) {
    Optional<Mark> mark = thrown.getProblemMark();
    String problem = thrown.getProblem();
    Matcher unknown = UNKNOWN.matcher(problem);
    if (mark.isEmpty()) {
      return problem;
    }
    Mark at = mark.get();
    if (!unknown.matches()) {
      return place(at, at.getLine()) + problem;
    }
    String word = unknown.group(2);
    if (unknown.group(1).startsWith("Unknown")) {
      return "%sthere is no step %s.%s"
          .formatted(place(at, at.getLine()), word, Nearest.hint(word, steps(schema())));
    }
    YamlKey key = YamlKey.find(at, word);
    return "%s%s has no %s.%s"
        .formatted(
            place(at, key.line()),
            key.parent(),
            word,
            Nearest.hint(word, fields(schema(), key.parent())));
  }

  private static String place(Mark mark, int line) {
    return "%s, line %d: ".formatted(mark.getName(), line + 1);
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
