package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the ends of sessions are counted whose start nobody waits for. */
@ExtendWith(NothingLeftBehind.class)
class StopsIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.session.failure-retention", "2s"));

  private final Api api = SERVER.api();

  @Test
  void a_start_that_fails_unattended_is_counted_once() {
    // Given
    String session =
        "/v1/sessions/"
            + api.startLater(
                    Map.of("image", "does-not-exist.invalid/none:1"),
                    Map.of("Prefer", "respond-async"))
                .join()
                .field("id");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> "FAILED".equals(api.get(session).field("state")));

    // When
    await().atMost(Duration.ofSeconds(60)).until(() -> api.get(session).status() == 404);

    // Then
    assertThat(stops("failedStart")).isEqualTo(1);
    assertThat(stops("expired")).isZero();
    assertThat(stops("asked")).isZero();
  }

  private double stops(String reason) {
    return api.later("GET", "/observe/metrics", null, Map.of("Accept", "*/*"))
        .join()
        .text()
        .lines()
        .filter(line -> line.startsWith("caravanserai_session_stops_total{"))
        .filter(line -> line.contains("reason=\"" + reason + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
