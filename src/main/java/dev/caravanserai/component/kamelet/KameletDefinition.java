package dev.caravanserai.component.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.camel.support.LanguageSupport;

/**
 * What the file of a Kamelet says of its parameters: JSON Schema's {@code type}, {@code minimum},
 * {@code pattern} and {@code enum}. Camel itself accepts any parameter.
 *
 * @param properties by name
 * @param required those that a caller has to give
 */
record KameletDefinition(String name, Map<String, JsonNode> properties, List<String> required) {
  private static final String IN_RAW =
      " Inside a value of a URI, & has to be in RAW(…); in parameters of YAML it can stand as it is.";

  /**
   * @throws IllegalArgumentException with every parameter that is unknown, missing, or has a value
   *     that it cannot have; expressions are not checked
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
    required.stream()
        .filter(parameter -> !given.containsKey(parameter))
        .map(parameter -> "kamelet:%s needs the parameter %s.".formatted(name, parameter))
        .forEach(mistakes::add);
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
