package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server measures of itself. */
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
    api.exec(session, Map.of("script", "sleep 60", "timeoutSeconds", 0.5));
    api.exec("no-such-session", Map.of("script", "true"));
    api.call("DELETE", "/v1/sessions/" + session + "?wait=true", null);
    api.start(Map.of("image", "does-not-exist.invalid/none:1"));
    String brief = "/v1/sessions/" + api.start(Map.of("timeoutSeconds", 4)).field("id");
    await().atMost(Duration.ofSeconds(30)).until(() -> api.get(brief).status() == 404);
  }

  @Test
  void the_list_in_the_documentation_is_what_the_server_tells() throws IOException {
    // Given
    Map<String, String> documented = new TreeMap<>();
    ROW.matcher(Files.readString(Path.of("docs/metrics.md")))
        .results()
        .forEach(
            r -> documented.put(r.group(1), r.group(2) + " " + labels(r.group(3), "`(\\w+)`")));

    // When
    Map<String, String> told = new TreeMap<>();
    String metrics = metrics();
    TYPE.matcher(metrics)
        .results()
        .filter(r -> !r.group(1).endsWith("_seconds_max"))
        .forEach(r -> told.put(r.group(1), r.group(2) + " " + labels(metrics, r.group(1))));

    // Then
    assertThat(told).isEqualTo(documented);
  }

  @Test
  void everything_that_happened_is_counted() {
    assertThat(value("caravanserai_session_start_seconds_count", "result=\"ready\"")).isEqualTo(2);
    assertThat(value("caravanserai_session_start_seconds_count", "result=\"IMAGE_PULL\""))
        .isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"asked\"")).isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"expired\"")).isEqualTo(1);
    assertThat(value("caravanserai_session_stops_total", "reason=\"failedStart\"")).isEqualTo(1);
    assertThat(value("caravanserai_reaper_lateness_seconds_bucket", "le=\"1.0\"")).isEqualTo(1);
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
  void sessions_are_counted_by_state_as_they_come_and_go() {
    // Given
    double before = value("caravanserai_sessions", "profile=\"default\"", "RUNNING");

    // When
    String session = api.session();

    // Then
    assertThat(value("caravanserai_sessions", "profile=\"default\"", "RUNNING"))
        .isEqualTo(before + 1);
    api.call("DELETE", "/v1/sessions/" + session + "?wait=true", null);
    assertThat(value("caravanserai_sessions", "profile=\"default\"", "RUNNING")).isEqualTo(before);
  }

  @Test
  void no_label_names_a_session_or_a_tenant() {
    assertThat(metrics().lines().filter(line -> line.startsWith("caravanserai")))
        .noneMatch(line -> line.contains("tenant=") || line.contains("session="));
  }

  private String metrics() {
    return api.later("GET", "/observe/metrics", null, Map.of("Accept", "*/*")).join().text();
  }

  private double value(String name, String... labels) {
    return metrics()
        .lines()
        .filter(line -> line.matches(name + "[{ ].*"))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
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
