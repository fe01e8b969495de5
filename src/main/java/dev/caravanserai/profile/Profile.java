package dev.caravanserai.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A profile as its file says, before any expression is evaluated. Values are texts, numbers,
 * booleans, lists and maps as YAML gives them; what the file leaves out is empty.
 *
 * @param source the file it was read from, for messages
 * @param settings environment-style settings that it reads, by name
 * @param namespaceValue where its objects go; empty for the cluster's default
 * @param container name of the main container in its pod
 * @param names patterns of names, in which {@code *} stands for the session
 * @param defaults what a request that does not say gets
 * @param limits what a request may not exceed
 * @param environment variables put into the main container besides the request's
 * @param requestWins whether the request's variable or the profile's is taken when both have it
 * @param labels for every object, besides the standard ones
 * @param annotations for the pod, besides the standard ones
 * @param objects the Kubernetes objects in the order they are created, exactly one a Pod
 */
record Profile(
    String name,
    String description,
    String source,
    Map<String, Setting> settings,
    String namespaceValue,
    String container,
    Patterns names,
    Map<String, Object> defaults,
    Map<String, Object> limits,
    Map<String, Object> environment,
    boolean requestWins,
    Map<String, Object> labels,
    Map<String, Object> annotations,
    List<Object> objects) {

  /** A setting's default, and what it means. */
  record Setting(String value, String unit, String description) {}

  /**
   * Patterns of names.
   *
   * @param length the longest text that stands for the session
   */
  record Patterns(int length, Map<String, String> patterns) {
    Map<String, String> of(String slug) {
      Map<String, String> names = new TreeMap<>();
      patterns.forEach((kind, pattern) -> names.put(kind, pattern.replace("*", slug)));
      return names;
    }
  }

  /** The settings it reads, each from the environment or its default. */
  Map<String, Object> settings(Map<String, String> environment) {
    Map<String, Object> values = new TreeMap<>();
    settings.forEach((key, s) -> values.put(key, environment.getOrDefault(key, s.value())));
    return values;
  }

  /** Where its objects go; empty for the cluster's default. Depends on settings only. */
  Optional<String> namespace(Map<String, String> environment) {
    Map<String, Object> variables = Map.of("settings", settings(environment));
    return Optional.of(new Expressions(name, variables).string(namespaceValue, "/namespace"))
        .filter(namespace -> !namespace.isEmpty());
  }
}
