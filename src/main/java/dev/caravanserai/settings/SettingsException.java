package dev.caravanserai.settings;

import java.util.List;

/** The settings do not allow a start; the message lists every problem, one per line. */
public final class SettingsException extends RuntimeException {
  private final transient List<String> problems;

  /**
   * @param problems whole sentences, without any secret's value
   */
  public SettingsException(List<String> problems) {
    super(
        "Caravanserai cannot start with these settings (docs/settings.md lists all):\n  - "
            + String.join("\n  - ", problems));
    this.problems = List.copyOf(problems);
  }

  public SettingsException(String problem) {
    this(List.of(problem));
  }

  /** Whole sentences, without any secret's value. */
  public List<String> problems() {
    return problems;
  }
}
