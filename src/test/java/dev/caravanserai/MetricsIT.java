package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Metrics of the server. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class MetricsIT {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(caravanserai_\\w+)` \\| (\\w+) \\| ([^|]*)\\|", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile("^# TYPE (caravanserai_\\w+) (\\w+)$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.exec.output-limit", "16384"));

  private final Api api = SERVER.api();

  /** Something of everything: a start, one that fails, one that expires, execs, an end. */
  @BeforeAll
  static void use() {
    Api api = SERVER.api();
    String session = api.session();
    api.exec(session, Map.of("command", List.of("sh", "-c", "exit 7")));
    api.exec(session, Map.of("script", "head -c 100000 /dev/zero", "encoding", "base64"));
    api.exec(session, Map.of("script", "sleep 600", "timeoutSeconds", 0.5));
    api.exec("no-such-session", Map.of("script", "true"));
    api.call("DELETE", "/v1/sessions/" + session + "?wait=true", null);
    api.start(Map.of("image", "does-not-exist.invalid/none:1"));
    String brief = api.session();
    TestCluster.get().expire(brief, Instant.now());
    await().until(() -> api.get("/v1/sessions/" + brief).status() == 404);
  }

  @Test
  void documented_metrics_are_those_of_the_server() throws IOException {
    // Given
    Map<String, String> documented = new TreeMap<>();
    ROW.matcher(Files.readString(Path.of("docs/metrics.md")))
        .results()
        .forEach(
            r -> documented.put(r.group(1), r.group(2) + " " + labels(r.group(3), "`(\\w+)`")));

    // Then
    await().untilAsserted(() -> assertThat(told()).isEqualTo(documented));
  }

  private Map<String, String> told() {
    Map<String, String> told = new TreeMap<>();
    String metrics = Metrics.of(api).text();
    TYPE.matcher(metrics)
        .results()
        .filter(r -> !r.group(1).endsWith("_seconds_max"))
        .forEach(r -> told.put(r.group(1), r.group(2) + " " + labels(metrics, r.group(1))));
    return told;
  }

  @Test
  void everything_that_happened_is_counted() {
    await().untilAsserted(this::assertCounted);
  }

  private void assertCounted() {
    assertThat(value("caravanserai_session_start_seconds_count", "result=\"ready\"")).isEqualTo(2);
    assertThat(value("caravanserai_session_start_seconds_count", "result=\"IMAGE_PULL\""))
        .isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"asked\"")).isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"expired\"")).isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"failedStart\"")).isEqualTo(1);
    assertThat(value("caravanserai_reaper_lateness_seconds_count")).isEqualTo(1);
    assertThat(value("caravanserai_exec_seconds_count", "outcome=\"exited\"", "code=\"other\""))
        .isEqualTo(1);
    assertThat(value("caravanserai_exec_seconds_count", "outcome=\"timedOut\"")).isEqualTo(1);
    assertThat(value("caravanserai_exec_seconds_count", "outcome=\"notTried\"", "NOT_FOUND"))
        .isEqualTo(1);
    assertThat(value("caravanserai_exec_truncated_total", "stream=\"stdout\"")).isEqualTo(1);
    assertThat(value("caravanserai_execs_running")).isZero();
    assertThat(value("caravanserai_watch_connected", "namespace=\"sessions\"", "kind=\"Pod\""))
        .isEqualTo(1);
    assertThat(value("caravanserai_http_answers_total", "status=\"404\"")).isPositive();
  }

  @Test
  void no_label_contains_a_session_or_tenant() {
    assertThat(Metrics.of(api).lines().filter(line -> line.startsWith("caravanserai")))
        .noneMatch(line -> line.contains("tenant=") || line.contains("session="));
  }

  private double value(String name, String... labels) {
    return Metrics.of(api).value(name, labels);
  }

  private static Set<String> labels(String text, String of) {
    Set<String> labels = new TreeSet<>();
    if (of.startsWith("caravanserai")) {
      text.lines()
          .filter(line -> line.matches(of + "(_count)?\\{.*"))
          .forEach(line -> LABEL.matcher(line).results().forEach(r -> labels.add(r.group(1))));
    } else {
      Pattern.compile(of).matcher(text).results().forEach(r -> labels.add(r.group(1)));
    }
    return labels;
  }
}
