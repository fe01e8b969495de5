package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A profile whose file has been checked.
 *
 * @param source the file it was read from, for messages
 * @param used the variables that its expressions use, such as {@code spec.args} and {@code env}
 */
record Profile(String source, ProfileFile file, Set<String> used) {
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  String name() {
    return file.name();
  }

  /**
   * The settings it reads, each from the environment or, where that has none or a blank one, its
   * default.
   *
   * @param mistakes receives every value that a setting may not have
   */
  Map<String, Object> settings(Map<String, String> environment, Mistakes mistakes) {
    Map<String, Object> values = new TreeMap<>();
    file.settings()
        .forEach(
            (key, setting) -> {
              String given = environment.getOrDefault(key, "").strip();
              String value = given.isEmpty() ? setting.text() : given;
              setting
                  .wrong(value)
                  .ifPresent(
                      why ->
                          mistakes.add(
                              "The environment variable %s %s (profile %s, %s)."
                                  .formatted(key, why, name(), source)));
              values.put(key, value);
            });
    return values;
  }

  /**
   * @throws FailureException CONFIG_ERROR with every setting that has a value that it may not have
   */
  Map<String, Object> settings(Map<String, String> environment) {
    Mistakes mistakes = new Mistakes();
    Map<String, Object> values = settings(environment, mistakes);
    mistakes.throwIfAny();
    return values;
  }

  /**
   * Where its objects go; empty for the cluster's default. Depends on settings only.
   *
   * @throws FailureException CONFIG_ERROR if that is not a valid name of a namespace
   */
  Optional<String> namespace(Map<String, String> environment) {
    Map<String, Object> variables = Map.of("settings", settings(environment));
    String namespace = new Expressions(name(), variables).string(file.namespace(), "/namespace");
    if (!namespace.isEmpty() && !NAMESPACE.matcher(namespace).matches()) {
      throw wrong(
          "/namespace",
          "%s is '%s', and a namespace's name has 1 to 63 of a-z, 0-9 and -"
              .formatted(file.namespace(), namespace));
    }
    return Optional.of(namespace).filter(value -> !value.isEmpty());
  }

  /**
   * Binds what expressions evaluated to.
   *
   * @throws FailureException CONFIG_ERROR with every value that does not fit
   */
  <T> T bind(Object evaluated, Class<T> type, String path) {
    Mistakes mistakes = new Mistakes();
    Optional<T> bound =
        new StrictBinding(true, (at, what) -> mistakes.in(source, at, what))
            .bind(evaluated, type, path);
    mistakes.throwIfAny();
    return bound.orElseThrow(() -> wrong(path, "it is empty"));
  }

  /** A mistake in the profile that shows only when it is evaluated. */
  FailureException wrong(String path, String what) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR, "Profile %s (%s), %s: %s.".formatted(name(), source, path, what));
  }
}
