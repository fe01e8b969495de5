package dev.caravanserai.component.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The file of a Kamelet. Finds mistakes that Camel reports without the file, or never. */
record KameletFile(String name, String location, JsonNode kamelet) {
  static final String SOURCE_BEGIN =
      "that of a source begins at a component, such as pod:events or timer:name, not at a Kamelet, whose messages would not arrive";

  private static final String SUFFIX = ".kamelet.yaml";
  private static final Set<String> TYPES =
      Set.of("array", "boolean", "integer", "number", "object", "string");

  /** The keys of Camel K's resource by the JSON pointer to their object; Camel ignores others. */
  private static final Map<String, Set<String>> KEYS =
      new TreeMap<>(
          Map.of(
              "",
              Set.of("apiVersion", "kind", "metadata", "spec", "status"),
              "/spec",
              Set.of(
                  "definition",
                  "template",
                  "types",
                  "dataTypes",
                  "dependencies",
                  "sources",
                  "versions"),
              "/spec/definition",
              Set.of(
                  "$schema",
                  "id",
                  "title",
                  "description",
                  "type",
                  "properties",
                  "required",
                  "example",
                  "externalDocs")));

  /**
   * Empty for a Kamelet that is a route template of a route file.
   *
   * @throws IllegalArgumentException with the file, if it cannot be read
   */
  static Optional<KameletFile> find(KameletEndpoint endpoint) {
    return file(endpoint, SUFFIX).map(file -> read(endpoint.getTemplateId(), file));
  }

  /** The file of a Kamelet in the component's folders. */
  static Optional<Resource> find(CamelContext context, String name) {
    String all = context.getComponent("kamelet", KameletComponent.class).getLocation();
    return file(context, folders(all), name + SUFFIX);
  }

  private static Optional<Resource> file(KameletEndpoint endpoint, String suffix) {
    return file(endpoint.getCamelContext(), folders(endpoint), endpoint.getTemplateId() + suffix);
  }

  private static Optional<Resource> file(
      CamelContext context, Stream<String> folders, String name) {
    return folders
        .map(folder -> PluginHelper.getResourceLoader(context).resolveResource(folder + name))
        .filter(file -> file != null && file.exists())
        .findFirst();
  }

  /** By the parser of Camel, which replaces aliases. */
  private static KameletFile read(String name, Resource file) {
    try (InputStream in = file.getInputStream()) {
      Object kamelet = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
      return new KameletFile(name, file.getLocation(), new ObjectMapper().valueToTree(kamelet));
    } catch (IOException e) {
      throw new IllegalArgumentException(file.getLocation() + ": " + e.getMessage(), e);
    } catch (MarkedYamlEngineException e) {
      throw new IllegalArgumentException(
          "%s: line %d: %s"
              .formatted(
                  file.getLocation(),
                  e.getProblemMark().map(Mark::getLine).orElse(0) + 1,
                  e.getProblem()));
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(file.getLocation() + ": " + e.getMessage(), e);
    }
  }

  /** Why there is no file of a Kamelet, as a sentence; empty if nothing is known. */
  static String hint(KameletEndpoint endpoint) {
    return file(endpoint, ".kamelet.yml")
        .map(
            file ->
                " %s is not read: its name must end with %s.".formatted(file.getLocation(), SUFFIX))
        .orElseGet(() -> Nearest.hint(endpoint.getTemplateId(), known(endpoint)));
  }

  /** The Kamelets in the folders that a Kamelet is looked for in. */
  private static Set<String> known(KameletEndpoint endpoint) {
    Set<String> names = new TreeSet<>();
    folders(endpoint)
        .flatMap(folder -> files(endpoint.getCamelContext(), folder + "*" + SUFFIX))
        .map(file -> file.substring(file.lastIndexOf('/') + 1, file.length() - SUFFIX.length()))
        .forEach(names::add);
    return names;
  }

  private static Stream<String> files(CamelContext context, String pattern) {
    try {
      return PluginHelper.getPackageScanResourceResolver(context).findResources(pattern).stream()
          .map(Resource::getLocation);
    } catch (Exception e) {
      return Stream.empty(); // without a suggestion
    }
  }

  private static Stream<String> folders(KameletEndpoint endpoint) {
    return folders(
        Optional.ofNullable(endpoint.getLocation()).orElse(endpoint.getComponent().getLocation()));
  }

  private static Stream<String> folders(String all) {
    return Stream.of(all.split(","))
        .map(String::strip)
        .map(folder -> folder.endsWith("/") ? folder : folder + "/");
  }

  /** What the Kamelet says of its parameters. */
  KameletDefinition definition() {
    Map<String, JsonNode> properties = properties();
    List<String> required =
        texts(kamelet.at("/spec/definition/required"))
            .filter(name -> properties.containsKey(name) && !properties.get(name).has("default"))
            .toList();
    return new KameletDefinition(name, properties, required);
  }

  private Map<String, JsonNode> properties() {
    Map<String, JsonNode> properties = new TreeMap<>();
    kamelet
        .at("/spec/definition/properties")
        .properties()
        .forEach(property -> properties.put(property.getKey(), property.getValue()));
    return properties;
  }

  /**
   * @throws IllegalArgumentException with the file and each mistake
   */
  void check(PropertiesComponent settings) {
    List<String> mistakes = new ArrayList<>();
    if (!kamelet.path("kind").asText().equals("Kamelet")) {
      mistakes.add("its kind must be Kamelet.");
    }
    if (!kamelet.at("/metadata/name").asText().equals(name)) {
      mistakes.add("its metadata.name must be %s, as the name of the file says.".formatted(name));
    }
    KEYS.forEach(
        (place, known) ->
            keys(kamelet.at(place))
                .filter(key -> !known.contains(key))
                .forEach(
                    key ->
                        mistakes.add(
                            "%s/%s is unknown.%s"
                                .formatted(place, key, Nearest.hint(key, known)))));
    properties()
        .forEach(
            (property, schema) -> {
              String type = schema.path("type").asText();
              Nearest.of(type, TYPES)
                  .filter(near -> !TYPES.contains(type))
                  .ifPresent(
                      near ->
                          mistakes.add(
                              "the property %s cannot be of type %s. Did you mean %s?"
                                  .formatted(property, type, near)));
            });
    JsonNode template = kamelet.at("/spec/template");
    String from = template.at("/from/uri").asText(template.at("/route/from/uri").asText());
    boolean source =
        name.endsWith("-source")
            || kamelet
                .at("/metadata/labels/camel.apache.org~1kamelet.type")
                .asText()
                .equals("source");
    if (from.isEmpty()) {
      mistakes.add("it has no spec.template with from and its uri.");
    } else if (template.at("/from/steps").isEmpty() && template.at("/route/from/steps").isEmpty()) {
      mistakes.add("its template has no steps below from, so it would do nothing.");
    } else if (source ? SessionKamelets.isKamelet(from) : !from.matches("kamelet:(//)?source")) {
      mistakes.add(
          "its template begins at %s; %s."
              .formatted(
                  from,
                  source
                      ? SOURCE_BEGIN
                      : "it must begin at kamelet:source, unless it is a source and has a name that ends with -source"));
    }
    Set<String> known = new TreeSet<>();
    properties().keySet().forEach(property -> known.addAll(spellings(property)));
    template.path("beans").forEach(bean -> known.add(bean.path("name").asText()));
    texts(template)
        .flatMap(text -> ParameterText.PLACEHOLDER.matcher(text).results())
        .filter(placeholder -> placeholder.group(1) == null)
        .filter(placeholder -> isUnknown(placeholder, known, settings))
        .map(MatchResult::group)
        .distinct()
        .forEach(
            placeholder ->
                mistakes.add(
                    "%s is neither one of its properties nor a setting.%s"
                        .formatted(
                            placeholder,
                            Nearest.hint(
                                placeholder.replaceAll(
                                    "(?s)[{}]|\\?(nested=(true|false))?|:.*", ""),
                                known))));
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(location + ": " + String.join("\n", mistakes));
    }
  }

  /** Camel accepts a property by each of them. */
  private static Set<String> spellings(String property) {
    String camel = StringHelper.dashToCamelCase(property);
    return new TreeSet<>(List.of(property, camel, StringHelper.camelCaseToDash(camel)));
  }

  /**
   * One that is optional or has a default may be absent, unless it looks like a misspelt property.
   */
  private static boolean isUnknown(
      MatchResult placeholder, Set<String> known, PropertiesComponent settings) {
    String text = placeholder.group(2).replaceFirst("\\?nested=(true|false)", "");
    String word = text.replaceFirst("^\\?", "").replaceFirst("(?s):.*", "");
    return !known.contains(word)
        && !KameletParameters.CAMELS.contains(word)
        && !text.matches("(?s)['\"].*|.*\\{\\{.*") // quoted braces, or one in another
        && !(text.matches("(?s)\\?.*|.*:.*") && Nearest.within(1, word, known).isEmpty())
        && settings.getPropertiesFunction(word) == null
        && settings.resolveProperty(word).isEmpty();
  }

  private static Stream<String> keys(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey);
  }

  /** Without descriptions, which nothing evaluates. */
  private static Stream<String> texts(JsonNode node) {
    if (node.isObject()) {
      return node.properties().stream()
          .filter(field -> !field.getKey().equals("description"))
          .flatMap(field -> texts(field.getValue()));
    }
    return node.isTextual()
        ? Stream.of(node.textValue())
        : StreamSupport.stream(node.spliterator(), false).flatMap(KameletFile::texts);
  }
}
