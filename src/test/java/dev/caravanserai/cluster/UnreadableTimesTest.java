package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A session with invalid times is deleted in time, and the log has a remedy. */
class UnreadableTimesTest {
  private static final String LATER = "2027-01-01T00:00:00Z";

  private final SessionCache index = new SessionCache("inn", Runnable::run);

  @Test
  void unreadable_expiry_is_replaced_by_that_of_the_pod() {
    // Given
    index.onUpdate(Marked.pod("a", "1"));

    // When
    index.onUpdate(Marked.anchor("a", Map.of(Annotations.EXPIRES_AT, "tomorrow")));

    // Then
    assertThat(index.takeDue(Marked.EXPIRES))
        .extracting(Session::expiresAt)
        .containsExactly(Marked.EXPIRES);
  }

  @Test
  void unreadable_expiry_without_a_pod_is_replaced_by_the_longest_life() {
    // When
    index.onUpdate(
        Marked.anchor(
            "a",
            Map.of(
                Annotations.EXPIRES_AT, "",
                Annotations.START_BY, LATER,
                Annotations.MAX_LIFETIME, "7200")));

    // Then
    Instant latest = Marked.NOW.plusSeconds(7200);
    assertThat(index.takeDue(latest.minusMillis(1))).isEmpty();
    assertThat(index.takeDue(latest)).hasSize(1);
  }

  @Test
  void sessions_are_found_while_the_log_is_blocked() {
    // Given
    CompletableFuture<Integer> found = new CompletableFuture<>();
    AppenderBase<ILoggingEvent> blocked =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            found.complete(CompletableFuture.supplyAsync(() -> index.all().size()).join());
          }
        };
    blocked.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UnreadableTimes.class);
    logger.addAppender(blocked);

    // When
    CompletableFuture<Void> update =
        CompletableFuture.runAsync(
            () -> index.onUpdate(Marked.anchor("a", Map.of(Annotations.EXPIRES_AT, "tomorrow"))));

    // Then
    try {
      assertThat(found).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(1);
      assertThat(update).succeedsWithin(Duration.ofMinutes(1));
    } finally {
      logger.detachAppender(blocked);
    }
  }

  @Test
  void invalid_expiry_is_reported_once_with_a_remedy() {
    // Given
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UnreadableTimes.class);
    logger.addAppender(told);
    try {
      ConfigMap edited = Marked.anchor("a", Map.of(Annotations.EXPIRES_AT, "tomorrow"));

      // When
      index.onUpdate(Marked.anchor("a", Map.of()));
      index.onUpdate(edited);
      index.onUpdate(edited);
    } finally {
      logger.detachAppender(told);
    }

    // Then
    assertThat(told.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .contains("session=a", "tenant=default", "\"tomorrow\"")
        .contains(
            "kubectl -n ns annotate configmap session-a --overwrite caravanserai.dev/expires");
  }

  @Test
  void extreme_times_are_tolerated() {
    // When
    index.onUpdate(
        Marked.anchor(
            "a",
            Map.of(
                Annotations.START_BY, Instant.MAX.toString(),
                Annotations.CREATED_AT, Instant.MIN.toString(),
                Annotations.EXPIRES_AT, Instant.MAX.toString(),
                Annotations.MAX_LIFETIME, "99999999999999999999")));

    // Then
    assertThat(index.takeDue(Marked.NOW.plus(Duration.ofDays(2)))).hasSize(1);
  }
}
