package dev.caravanserai.profile;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.profile.Profile.Choice;
import dev.caravanserai.profile.Profile.Patterns;
import dev.caravanserai.profile.Profile.Setting;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads a profile file strictly: what it does not know it refuses, and names what was meant. */
final class ProfileReader {
  private static final ObjectMapper YAML =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
  private static final Map<String, String> PATTERNS =
      Map.of("pod", "session-*", "pvc", "session-pvc-*", "service", "session-*-svc");

  private final String source;

  private ProfileReader(String source) {
    this.source = source;
  }

  /**
   * @param source the file's name, for messages
   * @throws FailureException CONFIG_ERROR with the file, the path in it and what is wrong there
   */
  static Profile read(String source, String yaml) {
    return new ProfileReader(source).profile(yaml);
  }

  private Profile profile(String yaml) {
    Map<String, Object> root = map("", parse(yaml));
    only(
        "",
        root,
        "name description settings namespace container names defaults limits metadata environment"
            + " labels annotations objects");
    Map<String, Object> defaults = section(root, "defaults");
    only(
        "/defaults",
        defaults,
        "image command args workingDir timeoutSeconds startTimeoutSeconds resources storage");
    only("/defaults/resources", section(defaults, "resources"), "limits requests");
    only("/defaults/storage", section(defaults, "storage"), "size storageClass path");
    Map<String, Object> limits = section(root, "limits");
    only("/limits", limits, "timeoutSeconds");
    Map<String, Object> environment = section(root, "environment");
    only("/environment", environment, "precedence variables");
    return new Profile(
        required(root, "name"),
        text(root, "/description", "description", ""),
        source,
        settings(section(root, "settings")),
        text(root, "/namespace", "namespace", ""),
        required(root, "container"),
        names(section(root, "names")),
        defaults,
        limits,
        metadata(section(root, "metadata")),
        section(environment, "variables"),
        requestWins(text(environment, "/environment/precedence", "precedence", "request")),
        section(root, "labels"),
        section(root, "annotations"),
        objects(root.get("objects")));
  }

  private Object parse(String yaml) {
    try {
      return YAML.readValue(yaml, Object.class);
    } catch (JsonProcessingException e) {
      throw wrong("", "it is not YAML: " + e.getOriginalMessage());
    }
  }

  private Map<String, Setting> settings(Map<String, Object> section) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    section.forEach(
        (name, value) -> {
          String path = "/settings/" + name;
          Map<String, Object> setting = map(path, value);
          only(path, setting, "default unit description values");
          settings.put(
              name,
              new Setting(
                  text(setting, path + "/default", "default", ""),
                  text(setting, path + "/unit", "unit", ""),
                  text(setting, path + "/description", "description", ""),
                  choice(path, setting)));
        });
    return settings;
  }

  private Map<String, Choice> metadata(Map<String, Object> section) {
    Map<String, Choice> metadata = new LinkedHashMap<>();
    section.forEach(
        (name, value) -> {
          String path = "/metadata/" + name;
          Map<String, Object> one = map(path, value);
          only(path, one, "description values");
          metadata.put(name, choice(path, one));
        });
    return metadata;
  }

  private Choice choice(String path, Map<String, Object> section) {
    Object values = section.getOrDefault("values", List.of());
    if (values instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return new Choice(list.stream().map(String.class::cast).toList());
    }
    throw wrong(path + "/values", "a list of texts is needed here");
  }

  private Patterns names(Map<String, Object> section) {
    Map<String, String> patterns = new LinkedHashMap<>(PATTERNS);
    only("/names", section, "length pod pvc service secret");
    Object length = section.getOrDefault("length", 36);
    if (!(length instanceof Integer most) || most < Names.MIN || most > Names.SLUG) {
      throw wrong("/names/length", "it must be " + Names.MIN + " to " + Names.SLUG);
    }
    section.forEach((k, v) -> patterns.put(k, String.valueOf(v)));
    patterns.remove("length");
    patterns.putIfAbsent("secret", patterns.get("pod") + "-env");
    patterns.forEach(
        (kind, pattern) -> {
          if (!pattern.matches("(?:[a-z0-9][a-z0-9-]*)?\\*(?:[a-z0-9-]*[a-z0-9])?")) {
            throw wrong("/names/" + kind, "'" + pattern + "' needs one * among a-z, 0-9 and -");
          }
          if (pattern.length() - 1 + most > Names.MAX) {
            throw wrong("/names/" + kind, "names of '" + pattern + "' could exceed 63 characters");
          }
        });
    return new Patterns(most, patterns);
  }

  private boolean requestWins(String precedence) {
    if (!Set.of("request", "profile").contains(precedence)) {
      throw wrong("/environment/precedence", "it must be request or profile");
    }
    return precedence.equals("request");
  }

  private List<Object> objects(Object value) {
    if (!(value instanceof List<?> list)) {
      throw wrong("/objects", "a list of Kubernetes objects is needed");
    }
    long pods =
        list.stream().filter(o -> o instanceof Map<?, ?> m && "Pod".equals(m.get("kind"))).count();
    if (pods != 1) {
      throw wrong("/objects", "exactly one Pod is needed, not " + pods);
    }
    return List.copyOf(list);
  }

  private Map<String, Object> section(Map<String, Object> parent, String key) {
    Object value = parent.get(key);
    return value == null ? Map.of() : map("/" + key, value);
  }

  private Map<String, Object> map(String path, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(path, "a map is needed here");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((k, v) -> result.put(String.valueOf(k), v));
    return result;
  }

  private String required(Map<String, Object> root, String key) {
    String value = text(root, "/" + key, key, "");
    if (!value.matches("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")) {
      throw wrong("/" + key, "it needs a name of a-z, 0-9 and -, 63 at most, not '" + value + "'");
    }
    return value;
  }

  private String text(Map<String, Object> map, String path, String key, String otherwise) {
    Object value = map.get(key);
    if (value instanceof Map || value instanceof List) {
      throw wrong(path, "a text is needed here");
    }
    return value == null ? otherwise : String.valueOf(value);
  }

  private void only(String path, Map<String, Object> map, String known) {
    Set<String> keys = new TreeSet<>(List.of(known.split(" ")));
    for (String key : map.keySet()) {
      if (!keys.contains(key)) {
        String meant =
            Nearest.of(key, keys)
                .map(near -> "did you mean " + near)
                .orElse("there are " + String.join(", ", keys));
        throw wrong(path + "/" + key, "there is no such key; " + meant);
      }
    }
  }

  private FailureException wrong(String path, String message) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR,
        "Profile file %s, %s: %s.".formatted(source, path.isEmpty() ? "/" : path, message));
  }
}
