package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Names;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A profile whose file has been checked.
 *
 * @param source the file it was read from, for messages
 * @param used the variables that its expressions use, such as {@code spec.args} and {@code env}
 * @param settings the values of its settings by name, from the environment or else their defaults
 * @param namespace where its objects go; empty for the cluster's default
 */
record Profile(
    String source,
    ProfileFile file,
    Set<String> used,
    Map<String, Object> settings,
    Optional<String> namespace) {
  /**
   * @param mistakes receives each setting with a value that it may not have, and a namespace that
   *     is not one
   */
  static Profile of(
      String source,
      ProfileFile file,
      Set<String> used,
      Map<String, String> environment,
      Mistakes mistakes) {
    Map<String, Object> settings = new TreeMap<>();
    file.settings()
        .forEach(
            (name, setting) -> {
              String given = environment.getOrDefault(name, "").strip();
              String value = given.isEmpty() ? setting.text() : given;
              setting
                  .wrong(value)
                  .ifPresent(
                      why ->
                          mistakes.add(
                              "The environment variable %s %s (profile %s, %s)."
                                  .formatted(name, why, file.name(), source)));
              settings.put(name, value);
            });
    String namespace =
        new Expressions(file.name(), Map.of("settings", settings))
            .string(file.namespace(), "/namespace");
    if (!namespace.isEmpty() && !Names.valid(namespace)) {
      mistakes.in(
          source,
          "/namespace",
          "%s is '%s', and a namespace's name has 1 to 63 of a-z, 0-9 and -"
              .formatted(file.namespace(), namespace));
    }
    Optional<String> chosen = Optional.of(namespace).filter(value -> !value.isEmpty());
    return new Profile(source, file, used, settings, chosen);
  }

  String name() {
    return file.name();
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
