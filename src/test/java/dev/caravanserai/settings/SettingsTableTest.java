package dev.caravanserai.settings;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsTableTest {
  @Test
  void documentation_lists_exactly_the_settings() throws Exception {
    // Given
    var document = Files.readString(Path.of("docs/settings.md"));
    var start = document.indexOf("| key | default |");

    // When
    var table = document.substring(start, document.indexOf("\n\n", start) + 1);

    // Then
    assertThat(table)
        .withFailMessage("The table of docs/settings.md should be:%n%n%s", markdown())
        .isEqualTo(markdown());
  }

  @Test
  void every_default_is_valid_and_every_variable_unique() {
    assertThat(Settings.of(java.util.Map.of()).placeholders()).hasSize(Settings.all().size() - 1);
    assertThat(Settings.all()).extracting(Setting::environmentName).doesNotHaveDuplicates();
    assertThat(Settings.all()).extracting(Setting::key).doesNotHaveDuplicates();
  }

  private static String markdown() {
    return Settings.all().stream()
        .map(
            setting ->
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        setting.key(),
                        setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`",
                        setting.type().unit() + (setting.secret() ? ", secret" : ""),
                        setting.description()))
        .collect(joining("", "| key | default | unit | what it does |\n|---|---|---|---|\n", ""));
  }
}
