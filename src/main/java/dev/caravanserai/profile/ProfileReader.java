package dev.caravanserai.profile;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.profile.Profile.Choice;
import dev.caravanserai.profile.Profile.Patterns;
import dev.caravanserai.profile.Profile.Setting;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads a profile file strictly: what it does not know it refuses, and names what was meant. */
final class ProfileReader {
  private static final ObjectMapper YAML =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
  private static final Map<String, String> PATTERNS =
      Map.of("pod", "session-*", "pvc", "session-pvc-*", "service", "session-*-svc");

  private final String source;
  private final Mistakes mistakes;

  private ProfileReader(String source, Mistakes mistakes) {
    this.source = source;
    this.mistakes = mistakes;
  }

  /**
   * @param source the file's name, for messages
   * @throws FailureException CONFIG_ERROR with the file, and every mistake with its place in it
   */
  static Profile read(String source, String yaml) {
    Mistakes mistakes = new Mistakes();
    Optional<Profile> profile = read(source, yaml, mistakes);
    mistakes.hold();
    return profile.orElseThrow();
  }

  /**
   * @param mistakes takes all that is wrong
   * @return empty if something is
   */
  static Optional<Profile> read(String source, String yaml, Mistakes mistakes) {
    int before = mistakes.count();
    ProfileReader reader = new ProfileReader(source, mistakes);
    Optional<Profile> profile = reader.parse(yaml).map(reader::profile);
    profile.ifPresent(
        p -> {
          new ExpressionCheck(p, mistakes).all();
          new FieldCheck(p, mistakes).all();
        });
    return profile.filter(p -> mistakes.count() == before);
  }

  private Optional<Section> parse(String yaml) {
    int before = mistakes.count();
    try {
      Section root = Section.root(mistakes, source, YAML.readValue(yaml, Object.class));
      return Optional.of(root).filter(r -> mistakes.count() == before);
    } catch (JsonProcessingException e) {
      String at =
          e.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      String words = e.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
      mistakes.in(source, "", "it is not YAML: " + words + at);
      return Optional.empty();
    }
  }

  private Profile profile(Section root) {
    root.only(
        "name description settings namespace container names defaults limits metadata environment"
            + " labels annotations objects");
    Section defaults = root.section("defaults");
    defaults.only(
        "image command args workingDir timeoutSeconds startTimeoutSeconds resources storage");
    defaults.section("resources").only("limits requests");
    defaults.section("storage").only("size storageClass path");
    Section limits = root.section("limits").only("timeoutSeconds resources storage");
    limits.section("storage").only("size");
    Section environment = root.section("environment").only("precedence variables");
    return new Profile(
        root.name("name"),
        root.text("description", ""),
        source,
        settings(root.section("settings")),
        root.text("namespace", ""),
        root.name("container"),
        names(root.section("names")),
        defaults.values(),
        limits.values(),
        meanings(root.section("metadata")),
        environment.section("variables").values(),
        requestWins(environment),
        root.section("labels").values(),
        root.section("annotations").values(),
        objects(root));
  }

  private static Map<String, Setting> settings(Section section) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    section
        .sections()
        .forEach(
            (name, one) -> {
              one.only("default unit description values");
              Setting setting =
                  new Setting(
                      one.text("default", ""),
                      one.text("unit", ""),
                      one.text("description", ""),
                      new Choice(one.texts("values")));
              setting.wrong(setting.value()).ifPresent(why -> one.wrong("default", why));
              settings.put(name, setting);
            });
    return settings;
  }

  private static Map<String, MetadataSchema> meanings(Section section) {
    Map<String, MetadataSchema> meanings = new LinkedHashMap<>();
    section
        .sections()
        .forEach(
            (name, one) -> {
              one.only("description values pattern unique items");
              meanings.put(
                  name,
                  new MetadataSchema(
                      one.texts("values"),
                      pattern(one),
                      one.text("unique", "false").equals("true"),
                      one.text("description", ""),
                      meanings(one.section("items"))));
            });
    return meanings;
  }

  private static Optional<Pattern> pattern(Section section) {
    try {
      return Optional.of(section.text("pattern", ""))
          .filter(regex -> !regex.isEmpty())
          .map(Pattern::compile);
    } catch (PatternSyntaxException e) {
      section.wrong("pattern", "this is no regular expression: " + e.getDescription());
      return Optional.empty();
    }
  }

  private static Patterns names(Section section) {
    Map<String, String> patterns = new LinkedHashMap<>(PATTERNS);
    section.only("length pod pvc service secret");
    int most = length(section);
    section.values().forEach((k, v) -> patterns.put(k, String.valueOf(v)));
    patterns.remove("length");
    patterns.putIfAbsent("secret", patterns.get("pod") + "-env");
    patterns.forEach(
        (kind, pattern) -> {
          if (!pattern.matches("(?:[a-z0-9][a-z0-9-]*)?\\*(?:[a-z0-9-]*[a-z0-9])?")) {
            section.wrong(kind, "'" + pattern + "' needs one * among a-z, 0-9 and -");
          } else if (pattern.length() - 1 + most > Names.MAX) {
            section.wrong(kind, "names of '" + pattern + "' could exceed 63 characters");
          }
        });
    return new Patterns(most, patterns);
  }

  private static int length(Section section) {
    Object length = section.values().getOrDefault("length", 36);
    if (length instanceof Integer most && most >= Names.MIN && most <= Names.SLUG) {
      return most;
    }
    section.wrong("length", "it must be " + Names.MIN + " to " + Names.SLUG);
    return Names.MIN;
  }

  private static boolean requestWins(Section environment) {
    String precedence = environment.text("precedence", "request");
    if (!Set.of("request", "profile").contains(precedence)) {
      environment.wrong("precedence", "it must be request or profile");
    }
    return precedence.equals("request");
  }

  private static List<Object> objects(Section root) {
    if (!(root.values().get("objects") instanceof List<?> list) || list.contains(null)) {
      root.wrong("objects", "a list of Kubernetes objects is needed");
      return List.of();
    }
    long pods =
        list.stream().filter(o -> o instanceof Map<?, ?> m && "Pod".equals(m.get("kind"))).count();
    if (pods != 1) {
      root.wrong("objects", "exactly one Pod is needed, not " + pods);
    }
    return List.copyOf(list);
  }
}
