package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is told and counted of a session whose start fails while nobody waits for it. */
@ExtendWith(NothingLeftBehind.class)
class StopsIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.session.failure-retention", "2s"));

  private final Api api = SERVER.api();

  @Test
  void a_start_that_fails_unattended_is_told_once() {
    // Given
    try (Told told = new Told("dev.caravanserai.sessions")) {

      // When
      String id = fail();

      // Then
      await()
          .untilAsserted(
              () ->
                  assertThat(told.lines())
                      .filteredOn(line -> line.contains(id))
                      .extracting(line -> line.replaceAll(".* -> ([A-Z]+).*", "$1"))
                      .containsExactly("PENDING", "FAILED", "STOPPED"));
    }
  }

  @Test
  void a_start_that_fails_unattended_is_counted_once() {
    // Given
    double before = stops("failedStart");

    // When
    fail();

    // Then
    await().until(() -> stops("failedStart") > before);
    assertThat(stops("failedStart")).isEqualTo(before + 1);
    assertThat(stops("expired")).isZero();
    assertThat(stops("asked")).isZero();
  }

  /** A session that fails to start, until the reaper has taken what told so. */
  private String fail() {
    Answer begun =
        api.startLater(
                Map.of("image", "does-not-exist.invalid/none:1"), Map.of("Prefer", "respond-async"))
            .join();
    String id = begun.field("id");
    await().until(() -> api.get("/v1/sessions/" + id).status() == 404);
    return id;
  }

  private double stops(String reason) {
    return Metrics.of(api).value("caravanserai_session_stops_total", "reason=\"" + reason + "\"");
  }
}
