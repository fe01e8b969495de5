package dev.caravanserai.profile;

import dev.caravanserai.profile.ProfileFile.Defaults;
import dev.caravanserai.profile.ProfileFile.Limits;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A profile whose file has been checked.
 *
 * @param source the file it was read from, for messages
 * @param used the variables that its expressions use, such as {@code spec.args} and {@code env}
 * @param settings the values of its settings by name, from the environment or else their defaults
 * @param namespace where its objects go; empty for the cluster's default
 * @param defaults those of its file, evaluated
 * @param limits those of its file, evaluated
 */
@RecordBuilder
record Profile(
    String source,
    ProfileFile file,
    Set<String> used,
    Map<String, Object> settings,
    Optional<String> namespace,
    Defaults defaults,
    Limits limits) {

  String name() {
    return file.name();
  }

  /**
   * Binds the result of expressions to a type.
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
