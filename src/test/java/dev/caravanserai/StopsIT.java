package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

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
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.caravanserai.sessions");
    logger.addAppender(told);

    try {
      // When
      String id = fail();

      // Then
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(List.copyOf(told.list))
                      .extracting(ILoggingEvent::getFormattedMessage)
                      .filteredOn(line -> line.contains(id))
                      .extracting(line -> line.replaceAll(".* -> ([A-Z]+).*", "$1"))
                      .containsExactly("PENDING", "FAILED", "STOPPED"));
    } finally {
      logger.detachAppender(told);
    }
  }

  @Test
  void a_start_that_fails_unattended_is_counted_once() {
    // Given
    double before = stops("failedStart");

    // When
    fail();

    // Then
    assertThat(stops("failedStart")).isEqualTo(before + 1);
    assertThat(stops("expired")).isZero();
    assertThat(stops("asked")).isZero();
  }

  /** A session that fails to start, until the reaper has taken what told so. */
  private String fail() {
    String id =
        api.startLater(
                Map.of("image", "does-not-exist.invalid/none:1"), Map.of("Prefer", "respond-async"))
            .join()
            .field("id");
    String session = "/v1/sessions/" + id;
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> "FAILED".equals(api.get(session).field("state")));
    await().atMost(Duration.ofSeconds(60)).until(() -> api.get(session).status() == 404);
    return id;
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
