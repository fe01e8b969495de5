package dev.caravanserai.settings;

import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Collects values from sources, of which a later one overrides an earlier one, and checks all of
 * them. Used once, at the start; not thread-safe.
 */
public final class SettingsReader {
  private static final String VARIABLE_PREFIX = "CARAVANSERAI_";

  /** Variables of clients, tests and processes in local pods, which are not settings. */
  private static final List<String> OTHER_VARIABLES =
      List.of("URL", "IT_", "LOCAL", "EXEC_ID").stream().map(VARIABLE_PREFIX::concat).toList();

  /**
   * What Kubernetes gives a pod beside a Service whose name begins with {@code caravanserai}:
   * Kubernetes, "Accessing the Service", environment variables.
   */
  private static final Pattern SERVICE_VARIABLE =
      Pattern.compile(
          VARIABLE_PREFIX
              + "(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

  private static final Pattern SERVICE_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

  private final Map<String, Setting<?>> byKey = new LinkedHashMap<>();
  private final Map<String, Setting<?>> byVariable = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  public SettingsReader() {
    for (var setting : Settings.all()) {
      byKey.put(setting.key(), setting);
      byVariable.put(setting.environmentName(), setting);
    }
  }

  /**
   * The settings of this process: defaults, then the file, then the environment, then system
   * properties.
   *
   * @param file need not exist
   * @throws SettingsException that lists everything wrong at once
   */
  public static Settings load(Path file, Map<String, String> environment, Properties properties) {
    return new SettingsReader()
        .file(file)
        .environment(environment)
        .values("system property", strings(properties))
        .read();
  }

  /**
   * The settings of an application that has only the jar: as {@link #load}, with the application's
   * own properties in place of the file.
   *
   * @throws SettingsException that lists everything wrong at once
   */
  public static Settings of(
      Properties application, Map<String, String> environment, Properties properties) {
    return new SettingsReader()
        .values("property of the application", strings(application))
        .environment(environment)
        .values("system property", strings(properties))
        .read();
  }

  /** Ignores keys that do not begin with {@code caravanserai.}: they are Camel's. */
  SettingsReader file(Path file) {
    if (!Files.exists(file)) {
      return this;
    }
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      problems.add("The file " + file + " cannot be read as UTF-8 properties: " + e + ".");
    }
    return values("file " + file, strings(properties));
  }

  SettingsReader environment(Map<String, String> environment) {
    new TreeMap<>(environment)
        .forEach(
            (name, text) -> {
              if (ofService(name, text)) {
                return;
              }
              if (byVariable.containsKey(name)) {
                if (!text.isBlank()) { // an unset variable of a template
                  take(byVariable.get(name), name, "environment", text);
                }
              } else if (name.startsWith(VARIABLE_PREFIX)
                  && OTHER_VARIABLES.stream().noneMatch(name::startsWith)) {
                problems.add(
                    "The environment variable %s is not a setting.%s"
                        .formatted(name, Nearest.hint(name, byVariable.keySet())));
              }
            });
    return this;
  }

  private static boolean ofService(String name, String text) {
    return SERVICE_VARIABLE.matcher(name).matches()
        || name.endsWith("_PORT") && SERVICE_PORT.matcher(text).matches();
  }

  SettingsReader values(String source, Map<String, String> values) {
    new TreeMap<>(values)
        .forEach(
            (key, text) -> {
              var setting = byKey.get(key);
              if (setting == null && key.startsWith(Setting.PREFIX)) {
                if (!key.startsWith(Setting.PREFIX + "it.")) { // for the integration tests
                  problems.add(
                      "%s (%s) is not a setting.%s"
                          .formatted(key, source, Nearest.hint(key, byKey.keySet())));
                }
              } else if (setting != null && setting.secret()) {
                problems.add(
                    "%s (%s) is a secret: give it in the environment variable %s only."
                        .formatted(key, source, setting.environmentName()));
              } else if (setting != null) {
                take(setting, key, source, text);
              }
            });
    return this;
  }

  Settings read() {
    if (problems.isEmpty()) {
      var settings = new Settings(texts);
      notLonger(settings, Settings.SESSION_TIMEOUT, Settings.SESSION_MAX_TIMEOUT);
      notLonger(settings, Settings.EXEC_TIMEOUT, Settings.EXEC_MAX_TIMEOUT);
      if (problems.isEmpty()) {
        return settings;
      }
    }
    throw new SettingsException(problems);
  }

  private void take(Setting<?> setting, String name, String source, String text) {
    try {
      setting.check(text);
      texts.put(setting.key(), text);
    } catch (IllegalArgumentException e) {
      problems.add(
          "%s=%s (%s) %s."
              .formatted(name, setting.secret() ? "<hidden>" : text, source, e.getMessage()));
    }
  }

  private void notLonger(Settings settings, Setting<Duration> one, Setting<Duration> other) {
    if (settings.get(one).compareTo(settings.get(other)) > 0) {
      var values = settings.placeholders();
      problems.add(
          "%s=%s must not be longer than %s=%s."
              .formatted(one.key(), values.get(one.key()), other.key(), values.get(other.key())));
    }
  }

  private static Map<String, String> strings(Properties properties) {
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }
}
