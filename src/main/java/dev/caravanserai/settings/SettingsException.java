package dev.caravanserai.settings;

import java.util.List;

/** The settings do not allow a start; the message lists every problem, one per line. */
public final class SettingsException extends RuntimeException {
  /**
   * @param problems whole sentences, without any secret's value
   */
  public SettingsException(List<String> problems) {
    super(
        "Caravanserai cannot start with these settings (docs/settings.md lists all):\n  - "
            + String.join("\n  - ", problems));
  }

  public SettingsException(String problem) {
    this(List.of(problem));
  }
}
