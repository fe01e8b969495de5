package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.profile.ProfileFile.Defaults;
import dev.caravanserai.profile.ProfileFile.Limits;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Pointers;
import dev.caravanserai.session.Yaml;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Reads a profile file strictly: reports every mistake with its place and what is right. */
final class ProfileReader {
  private static final List<String> TEXTS =
      List.of("id", "tenant", "cluster", "namespace", "profile", "container", "createdAt");
  private static final Set<String> SPEC =
      Set.of(
          "image", "command", "args", "workingDir", "resources", "stored", "storage", "workspace");
  private static final String NAME_PATTERN = "(?:[a-z0-9][a-z0-9-]*)?\\*(?:[a-z0-9-]*[a-z0-9])?";

  private final String source;
  private final Map<String, String> environment;
  private final Mistakes mistakes;
  private final BiConsumer<String, String> wrong;

  private ProfileReader(String source, Map<String, String> environment, Mistakes mistakes) {
    this.source = source;
    this.environment = environment;
    this.mistakes = mistakes;
    this.wrong = (path, what) -> mistakes.in(source, path, what);
  }

  /**
   * @param source the file's name, for messages
   * @param environment from which the profile's settings are taken
   * @param mistakes receives every mistake, with its place in the file
   * @return empty if there is a mistake
   */
  static Optional<Profile> read(
      String source, String yaml, Map<String, String> environment, Mistakes mistakes) {
    int before = mistakes.count();
    ProfileReader reader = new ProfileReader(source, environment, mistakes);
    return reader
        .parse(yaml)
        .flatMap(tree -> new StrictBinding(false, reader.wrong).bind(tree, ProfileFile.class, ""))
        .flatMap(reader::checked)
        .filter(profile -> mistakes.count() == before);
  }

  private Optional<JsonNode> parse(String yaml) {
    try {
      Optional<JsonNode> tree = Optional.of(Yaml.read(yaml)).filter(JsonNode::isObject);
      if (tree.isEmpty()) {
        wrong.accept("", "it must be a map of keys such as name and objects");
      }
      return tree;
    } catch (Yaml.YamlException e) {
      wrong.accept("", "this is not YAML that can be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Profile> checked(ProfileFile file) {
    int before = mistakes.count();
    name("/name", file.name());
    name("/container", file.container());
    file.settings()
        .forEach(
            (key, setting) -> {
              setting
                  .wrong(setting.text())
                  .ifPresent(why -> wrong.accept("/settings/" + key + "/default", why));
              if (!ProfileFile.Setting.UNITS.contains(setting.unit())) {
                wrong.accept(
                    "/settings/" + key + "/unit",
                    "it must be seconds, quantity or image, not '" + setting.unit() + "'");
              }
            });
    names(file.names());
    if (!Set.of("request", "profile").contains(file.environment().precedence())) {
      wrong.accept("/environment/precedence", "it must be request or profile");
    }
    keys("/environment/variables", file.environment().variables(), ObjectRules::environmentName);
    keys("/labels", file.labels(), ObjectRules::ownKey);
    keys("/annotations", file.annotations(), ObjectRules::ownKey);
    StrictBinding literals = new StrictBinding(false, wrong);
    ExpressionCheck expressions = new ExpressionCheck(wrong);
    expressions.know("settings", file.settings().keySet());
    expressions.evaluate(file.namespace(), "/namespace");
    literals.bind(expressions.evaluate(file.defaults(), "/defaults"), Defaults.class, "/defaults");
    literals.bind(expressions.evaluate(file.limits(), "/limits"), Limits.class, "/limits");
    TEXTS.forEach(variable -> expressions.know(variable, Set.of()));
    expressions.know("names", file.names().byKind().keySet());
    expressions.know("metadata", Set.of());
    expressions.evaluate(file.environment().variables(), "/environment/variables");
    expressions.know("spec", SPEC);
    expressions.evaluate(file.labels(), "/labels");
    expressions.evaluate(file.annotations(), "/annotations");
    expressions.know("env", Set.of());
    objects(file, (List<?>) expressions.evaluate(file.objects(), "/objects"), literals);
    if (mistakes.count() > before) {
      return Optional.empty();
    }
    return evaluated(file, expressions.used());
  }

  /** Evaluates what depends on the profile's settings only. */
  private Optional<Profile> evaluated(ProfileFile file, Set<String> used) {
    Map<String, Object> settings = new TreeMap<>();
    file.settings().forEach((name, setting) -> settings.put(name, value(file, name, setting)));
    Expressions expressions =
        new Expressions("%s (%s)".formatted(file.name(), source), Map.of("settings", settings));
    StrictBinding values = new StrictBinding(true, wrong);
    try {
      String namespace = expressions.string(file.namespace(), "/namespace");
      if (!namespace.isEmpty() && !Names.valid(namespace)) {
        wrong.accept(
            "/namespace",
            "%s is '%s', and a namespace's name has 1 to 63 of a-z, 0-9 and -"
                .formatted(file.namespace(), namespace));
      }
      Object defaults = expressions.evaluate(file.defaults(), "/defaults");
      Object limits = expressions.evaluate(file.limits(), "/limits");
      return Optional.of(
          ProfileBuilder.builder()
              .source(source)
              .file(file)
              .used(used)
              .settings(settings)
              .namespace(Optional.of(namespace).filter(value -> !value.isEmpty()))
              .defaults(values.bind(defaults, Defaults.class, "/defaults").orElse(null))
              .limits(values.bind(limits, Limits.class, "/limits").orElse(null))
              .build());
    } catch (FailureException e) {
      mistakes.add(e);
      return Optional.empty();
    }
  }

  private String value(ProfileFile file, String name, ProfileFile.Setting setting) {
    String given = environment.getOrDefault(name, "").strip();
    String value = given.isEmpty() ? setting.text() : given;
    setting
        .wrong(value)
        .ifPresent(
            why ->
                mistakes.add(
                    "The environment variable %s %s (profile %s, %s)."
                        .formatted(name, why, file.name(), source)));
    return value;
  }

  private void name(String path, String name) {
    if (!Names.valid(name)) {
      wrong.accept(path, "it must be a name of 1 to 63 of a-z, 0-9 and -, not '" + name + "'");
    }
  }

  private void names(ProfileFile.NamePatterns names) {
    if (names.length() < Names.MIN || names.length() > Names.SLUG) {
      wrong.accept("/names/length", "it must be " + Names.MIN + " to " + Names.SLUG);
    }
    boolean derived =
        names.secret().equals(names.pod() + "-env") && misnamed(names.pod(), names).isPresent();
    names
        .byKind()
        .forEach(
            (kind, pattern) ->
                misnamed(pattern, names)
                    .filter(why -> !(derived && kind.equals("secret")))
                    .ifPresent(why -> wrong.accept("/names/" + kind, why)));
  }

  private static Optional<String> misnamed(String pattern, ProfileFile.NamePatterns names) {
    if (!pattern.matches(NAME_PATTERN)) {
      return Optional.of("'" + pattern + "' needs one * among a-z, 0-9 and -");
    }
    return Optional.of("names of '" + pattern + "' could exceed 63 characters")
        .filter(why -> pattern.length() - 1 + names.length() > Names.MAX);
  }

  private void keys(String path, Map<String, Object> map, Function<String, Optional<String>> rule) {
    map.keySet()
        .forEach(
            key -> rule.apply(key).ifPresent(why -> wrong.accept(Pointers.child(path, key), why)));
  }

  /**
   * @param values the objects without the results of expressions
   */
  private void objects(ProfileFile file, List<?> values, StrictBinding literals) {
    for (int i = 0; i < values.size(); i++) {
      object(values.get(i), "/objects/" + i, literals);
    }
    long pods =
        file.objects().stream()
            .filter(o -> o instanceof Map<?, ?> map && "Pod".equals(map.get("kind")))
            .count();
    if (pods != 1) {
      wrong.accept("/objects", "exactly one Pod is needed, not " + pods);
    }
  }

  private void object(Object value, String path, StrictBinding literals) {
    if (!(value instanceof Map<?, ?> object)) {
      wrong.accept(path, "it must be a Kubernetes object");
      return;
    }
    for (String field : new String[] {"labels", "annotations"}) {
      Map<String, Object> keys = ProfileFile.metadata(object, field);
      keys(path + "/metadata/" + field, keys, ObjectRules::ownKey);
    }
    boolean named = true;
    for (String field : new String[] {"apiVersion", "kind"}) {
      if (!(object.get(field) instanceof String text) || text.isEmpty()) {
        wrong.accept(path + "/" + field, "it is needed, as text without expressions");
        named = false;
      }
    }
    if (named) {
      Kind kind = Kind.of(object);
      kind.wrong().ifPresent(why -> wrong.accept(path + "/kind", why));
      literals.bind(object, kind.type(), path);
    }
  }
}
