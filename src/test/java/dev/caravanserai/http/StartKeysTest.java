package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsException;
import dev.caravanserai.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartKeysTest {
  private static final String KEY = "0123456789abcdef";

  @TempDir Path folder;

  @Test
  void file_gives_keys_as_text_or_hash() throws Exception {
    // Given
    var file =
        keys(
            """
            - name: ci
              tenant: builds
              scopes: [sessions:read, exec]
              key: 0123456789abcdef
            - {name: ops, tenant: default, scope: "*", key-sha256: "%s"}
            """
                .formatted("ab".repeat(32)));

    // When
    var entries = KeyFile.read(file);

    // Then
    assertThat(entries).extracting(ApiKey::name).containsExactly("ci", "ops");
    assertThat(entries.get(0).tenant()).isEqualTo("builds");
    assertThat(entries.get(0).scopes()).containsExactlyInAnyOrder("sessions:read", "exec");
    assertThat(entries.get(0).sha256()).isEqualTo(ApiKey.sha256(KEY));
    assertThat(HexFormat.of().formatHex(entries.get(1).sha256())).isEqualTo("ab".repeat(32));
    assertThat(entries.toString()).doesNotContain(KEY);
  }

  @Test
  void file_may_be_json() throws Exception {
    // Given
    var file = keys("[{\"name\":\"a\",\"tenant\":\"t\",\"scope\":\"*\",\"key\":\"" + KEY + "\"}]");

    // When
    var entries = KeyFile.read(file);

    // Then
    assertThat(entries).extracting(ApiKey::tenant).containsExactly("t");
  }

  @Test
  void all_mistakes_of_a_key_file_are_reported_without_repeating_a_key() throws Exception {
    // Given
    var file =
        keys(
            """
            - {nam: a, tenant: t, scope: execc, key: 0123456789abcdef}
            - {name: b, scopes: [], key: short, key-sha256: "00"}
            - {name: c, tenant: t, scope: exec, key: fedcba9876543210}
            - {name: c, tenant: t, scope: exec, key: fedcba9876543210}
            """);

    // Then
    assertThatThrownBy(() -> KeyFile.read(file))
        .hasMessageContainingAll(
            "key 1 has no field nam. Did you mean name?",
            "key 1 scope execc is unknown. Did you mean exec?",
            "key 2 tenant must be",
            "key 2 needs scopes",
            "key 2 needs either key or key-sha256",
            "the name c is used twice",
            "c has the same key as another")
        .hasMessageNotContainingAny(KEY, "fedcba");
  }

  @Test
  void file_that_cannot_be_parsed_is_refused_without_its_text() throws Exception {
    // Given
    var file = keys("- {name: a, key: " + KEY + "\n");

    // Then
    assertThatThrownBy(() -> KeyFile.read(file))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("is not YAML or JSON")
        .hasMessageNotContaining(KEY);
  }

  @Test
  void key_file_readable_by_others_is_rejected() throws Exception {
    // Given
    var file = keys("[]");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    // Then
    assertThatThrownBy(() -> KeyFile.read(file)).hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void key_from_the_environment_has_every_scope() {
    // Given
    var settings =
        SettingsReader.of(
            new Properties(),
            Map.of("CARAVANSERAI_API_KEY", "s3cr3t-of-16-or-more"),
            new Properties());

    // When
    var keys = StartKeys.of(settings);

    // Then
    assertThat(keys.made()).isEmpty();
    assertThat(keys.entries()).hasSize(1);
    assertThat(keys.entries().get(0).tenant()).isEqualTo("default");
    assertThat(keys.entries().get(0).scopes()).containsExactly("*");
    assertThat(keys.entries().get(0).sha256()).isEqualTo(ApiKey.sha256("s3cr3t-of-16-or-more"));
  }

  @Test
  void generated_key_is_kept_and_used_on_loopback() throws Exception {
    // Given
    var home = folder.resolve("new/home");
    var settings = Settings.of(Map.of("caravanserai.home", home.toString()));

    // When
    var first = StartKeys.of(settings);
    var second = StartKeys.of(settings);

    // Then
    var made = first.made().orElseThrow();
    assertThat(made.key()).hasSizeGreaterThan(40);
    assertThat(made.file()).isEqualTo(home.resolve("api-key"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.file())))
        .isEqualTo("rw-------");
    assertThat(second.made()).contains(made);
    assertThat(first.entries().get(0).sha256()).isEqualTo(ApiKey.sha256(made.key()));
    assertThat(first.toString()).doesNotContain(made.key());
  }

  @Test
  void generated_key_is_not_used_beyond_loopback() {
    // Given
    var home = folder.toString();
    StartKeys.of(Settings.of(Map.of("caravanserai.home", home)));
    var open = Settings.of(Map.of("caravanserai.home", home, "caravanserai.bind", "0.0.0.0"));

    // Then
    assertThatThrownBy(() -> StartKeys.of(open))
        .hasMessageContainingAll("caravanserai.bind=0.0.0.0", "CARAVANSERAI_API_KEY");
  }

  private Path keys(String text) throws Exception {
    var file = Files.writeString(folder.resolve("keys.yaml"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
