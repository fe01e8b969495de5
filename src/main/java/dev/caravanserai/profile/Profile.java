package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

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
 * @param metadata the metadata of a request that means something here, by name
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
    Map<String, MetadataSchema> metadata,
    Map<String, Object> environment,
    boolean requestWins,
    Map<String, Object> labels,
    Map<String, Object> annotations,
    List<Object> objects) {

  private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,8}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  /**
   * A setting's default, and what it means.
   *
   * @param unit {@code seconds}, {@code quantity} and {@code image} are checked
   */
  record Setting(String value, String unit, String description, Choice choice) {
    /** Why a value cannot be taken, if so. */
    Optional<String> wrong(String text) {
      if (!choice.allows(text)) {
        return Optional.of("%s, not '%s'".formatted(choice.words(), text));
      }
      return switch (unit) {
        case "seconds" -> unless(SECONDS.matcher(text).matches(), "whole seconds from 1", text);
        case "quantity" ->
            unless(Quantities.amount(text).isPresent(), "a quantity such as 500m or 1Gi", text);
        case "image" ->
            unless(
                RequestRules.isImage(text), "an image reference such as registry/name:tag", text);
        default -> Optional.empty();
      };
    }

    private static Optional<String> unless(boolean right, String rule, String text) {
      return right ? Optional.empty() : Optional.of("must be %s, not '%s'".formatted(rule, text));
    }
  }

  /**
   * @param values all that it may be; empty where that is anything
   */
  record Choice(List<String> values) {
    boolean allows(String value) {
      return values.isEmpty() || values.contains(value);
    }

    String words() {
      return "must be one of " + String.join(", ", values);
    }
  }

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

  /**
   * The settings it reads, each from the environment or, where it is not there or blank, its
   * default.
   *
   * @throws FailureException CONFIG_ERROR with every one that has a value that it may not have
   */
  Map<String, Object> settings(Map<String, String> environment) {
    Mistakes mistakes = new Mistakes();
    Map<String, Object> values = settings(environment, mistakes);
    mistakes.hold();
    return values;
  }

  /**
   * @param mistakes takes every value that a setting may not have
   */
  Map<String, Object> settings(Map<String, String> environment, Mistakes mistakes) {
    Map<String, Object> values = new TreeMap<>();
    settings.forEach(
        (key, setting) -> {
          String given = environment.getOrDefault(key, "").strip();
          String value = given.isEmpty() ? setting.value() : given;
          setting
              .wrong(value)
              .ifPresent(
                  why ->
                      mistakes.add(
                          "The environment variable %s %s (profile %s, %s)."
                              .formatted(key, why, name, source)));
          values.put(key, value);
        });
    return values;
  }

  /**
   * Where its objects go; empty for the cluster's default. Depends on settings only.
   *
   * @throws FailureException CONFIG_ERROR when that is no name of a namespace
   */
  Optional<String> namespace(Map<String, String> environment) {
    Map<String, Object> variables = Map.of("settings", settings(environment));
    String namespace = new Expressions(name, variables).string(namespaceValue, "/namespace");
    if (!namespace.isEmpty() && !NAMESPACE.matcher(namespace).matches()) {
      throw wrong(
          "/namespace: %s is '%s', and a namespace's name is 63 of a-z, 0-9 and - at most"
              .formatted(namespaceValue, namespace));
    }
    return Optional.of(namespace).filter(value -> !value.isEmpty());
  }

  private FailureException wrong(String what) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR, "Profile %s (%s): %s.".formatted(name, source, what));
  }
}
