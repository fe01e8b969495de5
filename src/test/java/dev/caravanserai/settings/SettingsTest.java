package dev.caravanserai.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void invalid_namespace_is_rejected() {
    for (var bad : List.of("A", "a b", "-a", "a-", "a.b", "a".repeat(64))) {
      assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.cluster.namespace", bad)))
          .hasMessageContainingAll("caravanserai.cluster.namespace", bad, "a-z, 0-9 and -");
    }
    assertThat(
            Settings.of(Map.of("caravanserai.cluster.namespace", "team-1"))
                .get(Settings.CLUSTER_NAMESPACE))
        .hasValue("team-1");
  }

  @Test
  void unset_setting_has_its_default() {
    // When
    var settings = SettingsReader.load(folder.resolve("none"), Map.of(), new Properties());

    // Then
    assertThat(settings.get(Settings.PORT)).isEqualTo(8080);
    assertThat(settings.get(Settings.BIND)).isEqualTo("127.0.0.1");
    assertThat(settings.get(Settings.CLUSTER_KIND)).isEqualTo(ClusterKind.LOCAL);
    assertThat(settings.clusterName()).isEqualTo("local");
    assertThat(settings.get(Settings.CLUSTER_KUBECONFIG)).isEmpty();
    assertThat(settings.get(Settings.HOME))
        .isEqualTo(Path.of(System.getProperty("user.home"), ".caravanserai"));
    assertThat(settings.get(Settings.EXEC_OUTPUT_LIMIT)).isEqualTo(16 << 20);
    assertThat(settings.get(Settings.REAPER_INTERVAL)).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void environment_beats_file_and_system_property_beats_both() throws Exception {
    // Given
    var file =
        Files.writeString(
            folder.resolve("application.properties"),
            """
            caravanserai.port=1
            caravanserai.bind=::1
            caravanserai.session.max-timeout=2d
            camel.main.name=x
            """);
    var properties = new Properties();
    properties.setProperty("caravanserai.port", "3");

    // When
    var settings =
        SettingsReader.load(
            file,
            Map.of("CARAVANSERAI_PORT", "2", "CARAVANSERAI_SESSION_MAX_TIMEOUT", "3h"),
            properties);

    // Then
    assertThat(settings.get(Settings.PORT)).isEqualTo(3);
    assertThat(settings.get(Settings.SESSION_MAX_TIMEOUT)).isEqualTo(Duration.ofHours(3));
    assertThat(settings.get(Settings.BIND)).isEqualTo("::1");
  }

  @Test
  void all_mistakes_are_reported_at_once_with_source_and_nearest_key() throws Exception {
    // Given
    var file = Files.writeString(folder.resolve("a.properties"), "caravanserai.prot=1\n");
    var properties = new Properties();
    properties.setProperty("caravanserai.cluster.kind", "remote");

    // When
    var failure =
        catchThrowableOfType(
            SettingsException.class,
            () ->
                SettingsReader.load(
                    file,
                    Map.of("CARAVANSERAI_CLUSTER_KNID", "api", "CARAVANSERAI_PORT", "high"),
                    properties));

    // Then
    assertThat(failure.getMessage().split("\n  - "))
        .containsExactly(
            "Caravanserai cannot start with these settings (docs/settings.md lists all):",
            "caravanserai.prot (file "
                + file
                + ") is not a setting. Did you mean caravanserai.port?",
            "The environment variable CARAVANSERAI_CLUSTER_KNID is not a setting. Did you mean"
                + " CARAVANSERAI_CLUSTER_KIND?",
            "CARAVANSERAI_PORT=high (environment) must be a whole number from 0 to 65535.",
            "caravanserai.cluster.kind=remote (system property) must be one of local, api.");
  }

  @ParameterizedTest
  @CsvSource({
    "caravanserai.profile.folder, folder",
    "caravanserai.routes.folder, folder",
    "caravanserai.kamelets.folder, folder",
    "caravanserai.api-keys.file, file",
    "caravanserai.cluster.kubeconfig, file",
  })
  void path_setting_that_does_not_exist_is_refused_by_name(String key, String what) {
    assertThatThrownBy(() -> Settings.of(Map.of(key, "/nope")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            key + "=/nope (given values) must be a " + what + " that exists and can be read:")
        .hasMessageContaining("create it, or correct the path");
  }

  @ParameterizedTest
  @CsvSource({"90s", "61s"})
  void kill_grace_outside_its_range_is_refused_by_name(String grace) {
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.exec.kill-grace", grace)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "caravanserai.exec.kill-grace=%s (given values) must be".formatted(grace))
        .hasMessageContaining("from 1ms to 60s");
  }

  @Test
  void variables_of_clients_tests_and_other_programs_are_left_alone() {
    // When
    var settings =
        new SettingsReader()
            .environment(
                Map.of(
                    "CARAVANSERAI_URL", "http://x",
                    "CARAVANSERAI_IT_IMAGE", "busybox",
                    "CARAVANSERAI_PORT", "",
                    "PATH", "/bin"))
            .read();

    // Then
    assertThat(settings.placeholders()).isEqualTo(Settings.of(Map.of()).placeholders());
  }

  @Test
  void variables_of_a_service_named_like_the_server_are_left_alone() {
    // When
    var settings =
        new SettingsReader()
            .environment(
                Map.of(
                    "CARAVANSERAI_SERVICE_HOST", "10.0.0.7",
                    "CARAVANSERAI_SERVICE_PORT", "8080",
                    "CARAVANSERAI_SERVICE_PORT_HTTP", "8080",
                    "CARAVANSERAI_PORT", "tcp://10.0.0.7:8080",
                    "CARAVANSERAI_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                    "CARAVANSERAI_PORT_8080_TCP_ADDR", "10.0.0.7",
                    "CARAVANSERAI_PORT_8080_TCP_PORT", "8080",
                    "CARAVANSERAI_PORT_8080_TCP_PROTO", "tcp",
                    "CARAVANSERAI_API_PORT", "tcp://10.0.0.8:80",
                    "CARAVANSERAI_API_SERVICE_HOST", "10.0.0.8"))
            .read();

    // Then
    assertThat(settings.placeholders()).isEqualTo(Settings.of(Map.of()).placeholders());
    assertThatThrownBy(
            () -> new SettingsReader().environment(Map.of("CARAVANSERAI_API_PORT", "80")).read())
        .hasMessageContaining("CARAVANSERAI_API_PORT is not a setting");
  }

  @Test
  void secret_is_taken_from_the_environment_only_and_never_shown() {
    // When
    var settings =
        new SettingsReader()
            .environment(Map.of("CARAVANSERAI_API_KEY", "s3cr3t-of-16-or-more"))
            .read();

    // Then
    assertThat(settings.get(Settings.API_KEY)).contains("s3cr3t-of-16-or-more");
    assertThat(settings.placeholders().toString())
        .doesNotContain("s3cr3t-of-16-or-more", "api-key=");
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.api-key", "s3cr3t-of-16-or-more")))
        .hasMessageContaining("CARAVANSERAI_API_KEY only")
        .hasMessageNotContaining("s3cr3t-of-16-or-more");
  }

  @Test
  void key_and_tenant_follow_the_rules_of_the_key_file() {
    assertThatThrownBy(
            () ->
                new SettingsReader()
                    .environment(Map.of("CARAVANSERAI_API_KEY", "s3cr3t-too-few"))
                    .read())
        .hasMessageContaining("at least 16 ASCII characters")
        .hasMessageNotContaining("s3cr3t-too-few");
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.routes.tenant", "a b/c")))
        .hasMessageContainingAll("caravanserai.routes.tenant", "1 to 63 letters");
  }

  @Test
  void default_that_is_longer_than_its_maximum_is_refused() {
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.exec.timeout", "2d")))
        .hasMessageContaining(
            "caravanserai.exec.timeout=172800s must not be longer than"
                + " caravanserai.exec.max-timeout=86400s");
  }

  @ParameterizedTest
  @CsvSource({"90,90000", "90s,90000", "5m,300000", "1h,3600000", "1d,86400000", "250ms,250"})
  void durations_have_units(String text, long millis) {
    var settings = Settings.of(Map.of("caravanserai.reaper.interval", text));
    assertThat(settings.get(Settings.REAPER_INTERVAL)).hasMillis(millis);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1.5s", "1w", "''", "5 m", "99999999999d", "999999999999999999999"})
  void invalid_duration_is_rejected(String text) {
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.exec.timeout", text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("must be a duration");
  }

  @ParameterizedTest
  @CsvSource({"1024,1024", "1KiB,1024", "16MiB,16777216", "1GiB,1073741824", "7B,7"})
  void sizes_have_units(String text, int bytes) {
    var settings = Settings.of(Map.of("caravanserai.http.body-limit", text));
    assertThat(settings.get(Settings.HTTP_BODY_LIMIT)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"0", "16MB", "3GiB", "-1", "''"})
  void invalid_size_is_rejected(String text) {
    assertThatThrownBy(() -> Settings.of(Map.of("caravanserai.http.body-limit", text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("must be a size");
  }

  @Test
  void placeholders_have_the_same_meaning_in_camel() {
    // When
    var placeholders =
        Settings.of(
                Map.of("caravanserai.exec.timeout", "90", "caravanserai.http.body-limit", "1KiB"))
            .placeholders();

    // Then
    assertThat(placeholders)
        .containsEntry("caravanserai.exec.timeout", "90s")
        .containsEntry("caravanserai.reaper.interval", "500ms")
        .containsEntry("caravanserai.http.body-limit", "1024")
        .containsEntry("caravanserai.cluster.kind", "local");
  }
}
