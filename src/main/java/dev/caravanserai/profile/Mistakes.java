package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.ArrayList;
import java.util.List;

/** Collects mistakes, so that one message lists all of them. Not thread safe. */
final class Mistakes {
  private final List<String> found = new ArrayList<>();

  /**
   * @param path a JSON pointer into the file
   */
  void in(String file, String path, String what) {
    add("Profile file %s, %s: %s.".formatted(file, path.isEmpty() ? "/" : path, what));
  }

  void add(String sentence) {
    found.add(sentence);
  }

  /** Adds a sentence unless it is there already. */
  void once(String sentence) {
    if (!found.contains(sentence)) {
      add(sentence);
    }
  }

  int count() {
    return found.size();
  }

  /**
   * @throws FailureException CONFIG_ERROR with every mistake, one a line, if there is any
   */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          found.size() == 1
              ? found.get(0)
              : "Correct these (docs/profiles.md describes profiles):\n  - "
                  + String.join("\n  - ", found));
    }
  }
}
