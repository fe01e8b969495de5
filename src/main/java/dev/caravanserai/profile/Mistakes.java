package dev.caravanserai.profile;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects different mistakes, so that one message lists all of them. Not thread safe. */
final class Mistakes {
  private final Set<String> found = new LinkedHashSet<>();

  /** Several mistakes: CONFIG_ERROR with each of them, one a line. */
  static final class MistakesException extends FailureException {
    private final transient List<String> all;

    private MistakesException(List<String> all) {
      super(
          Failure.of(
              FailureCode.CONFIG_ERROR,
              all.size() == 1
                  ? all.get(0)
                  : "Correct these (docs/profiles.md describes profiles):\n  - "
                      + String.join("\n  - ", all)));
      this.all = all;
    }
  }

  /**
   * @param path a JSON pointer into the file
   */
  void in(String file, String path, String what) {
    add("Profile file %s, %s: %s.".formatted(file, path.isEmpty() ? "/" : path, what));
  }

  void add(String sentence) {
    found.add(sentence);
  }

  /** Skips mistakes in values that only the metadata of a request gives. */
  void add(FailureException mistake) {
    (mistake instanceof MistakesException several
            ? several.all
            : List.of(mistake.failure().message()))
        .stream().filter(sentence -> !sentence.contains(Expressions.UNKNOWN)).forEach(found::add);
  }

  int count() {
    return found.size();
  }

  /**
   * @throws MistakesException if there is any
   */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new MistakesException(List.copyOf(found));
    }
  }
}
