package dev.caravanserai.component.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.caravanserai.session.Nearest;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.support.LanguageSupport;
import org.apache.camel.support.PluginHelper;

/**
 * What the file of a Kamelet says of its parameters: JSON Schema's {@code type}, {@code minimum},
 * {@code pattern} and {@code enum}. Camel itself accepts any parameter.
 *
 * @param properties by name
 */
record KameletDefinition(String name, Map<String, JsonNode> properties) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String IN_RAW =
      " Inside a value of a URI, & has to be in RAW(…); in parameters of YAML it can stand as it is.";
  private static final String SUFFIX = ".kamelet.yaml";

  /** Empty for a Kamelet that is a route template of a route file. */
  static Optional<KameletDefinition> find(KameletEndpoint kamelet) {
    String name = kamelet.getTemplateId();
    CamelContext context = kamelet.getCamelContext();
    return locations(kamelet)
        .map(folder -> (folder.endsWith("/") ? folder : folder + "/") + name + SUFFIX)
        .map(file -> PluginHelper.getResourceLoader(context).resolveResource(file))
        .filter(file -> file != null && file.exists())
        .findFirst()
        .map(
            file -> {
              try (InputStream in = file.getInputStream()) {
                return of(name, YAML.readTree(in));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** The Kamelets in the folders that a Kamelet is looked for in. */
  static Collection<String> known(KameletEndpoint kamelet) {
    Set<String> names = new TreeSet<>();
    locations(kamelet)
        .filter(folder -> folder.startsWith("file:"))
        .map(folder -> new File(folder.substring("file:".length())).list())
        .flatMap(files -> Stream.of(Optional.ofNullable(files).orElse(new String[0])))
        .filter(file -> file.endsWith(SUFFIX))
        .forEach(file -> names.add(file.substring(0, file.length() - SUFFIX.length())));
    return names;
  }

  private static Stream<String> locations(KameletEndpoint kamelet) {
    String all =
        Optional.ofNullable(kamelet.getLocation()).orElse(kamelet.getComponent().getLocation());
    return Stream.of(all.split(",")).map(String::strip);
  }

  private static KameletDefinition of(String name, JsonNode kamelet) {
    Map<String, JsonNode> properties = new TreeMap<>();
    kamelet
        .at("/spec/definition/properties")
        .fields()
        .forEachRemaining(property -> properties.put(property.getKey(), property.getValue()));
    return new KameletDefinition(name, properties);
  }

  /**
   * @throws IllegalArgumentException with every parameter that is unknown or has a value that it
   *     cannot have; expressions are not checked
   */
  void check(Map<String, String> given) {
    List<String> mistakes = new ArrayList<>();
    new TreeMap<>(given)
        .forEach(
            (parameter, text) -> {
              if (!properties.containsKey(parameter)) {
                mistakes.add(
                    "kamelet:%s has no %s.%s It has %s.%s"
                        .formatted(
                            name,
                            parameter,
                            Nearest.hint(parameter, properties.keySet()),
                            properties.isEmpty() ? "none" : String.join(", ", properties.keySet()),
                            parameter.matches("\\w+") ? "" : IN_RAW));
              } else if (!LanguageSupport.hasSimpleFunction(text)) {
                wrong(properties.get(parameter), text)
                    .ifPresent(
                        right ->
                            mistakes.add(
                                "%s of kamelet:%s is \"%s\", but it must be %s."
                                    .formatted(parameter, name, text, right)));
              }
            });
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", mistakes));
    }
  }

  /** What a value must be that is something else. */
  private static Optional<String> wrong(JsonNode property, String text) {
    String type = property.path("type").asText();
    if (type.equals("integer")) {
      long least = property.path("minimum").asLong(Long.MIN_VALUE);
      long most = property.path("maximum").asLong(Long.MAX_VALUE);
      return text.matches("-?\\d{1,18}")
              && Long.parseLong(text) >= least
              && Long.parseLong(text) <= most
          ? Optional.empty()
          : Optional.of(
              "a whole number"
                  + (property.has("minimum") ? " of at least " + least : "")
                  + (property.has("maximum") ? ", at most " + most : "")
                  + ", or an expression such as ${header.name}");
    }
    if (type.equals("boolean")) {
      return text.matches("true|false") ? Optional.empty() : Optional.of("true or false");
    }
    if (property.has("pattern") && !text.matches(property.get("pattern").asText())) {
      return Optional.of("of the form " + property.get("pattern").asText());
    }
    List<String> words = new ArrayList<>();
    property.path("enum").forEach(word -> words.add(word.asText()));
    return words.isEmpty() || words.contains(text)
        ? Optional.empty()
        : Optional.of("one of " + String.join(", ", words) + "." + Nearest.hint(text, words));
  }
}
