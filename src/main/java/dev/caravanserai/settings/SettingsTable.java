package dev.caravanserai.settings;

import java.util.stream.Collectors;

/** The settings as the Markdown table of docs/settings.md. */
final class SettingsTable {
  private SettingsTable() {}

  static String markdown() {
    return Settings.all().stream()
        .map(
            setting ->
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        setting.key(),
                        setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`",
                        setting.type().unit() + (setting.secret() ? ", secret" : ""),
                        setting.description()))
        .collect(
            Collectors.joining(
                "", "| key | default | unit | what it does |\n|---|---|---|---|\n", ""));
  }
}
