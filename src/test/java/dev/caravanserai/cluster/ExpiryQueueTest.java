package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.SessionKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExpiryQueueTest {
  private static final Instant AT = Instant.parse("2026-01-01T12:00:00Z");
  private static final SessionKey STUCK = new SessionKey("inn", "t", "stuck");
  private static final SessionKey OTHER = new SessionKey("inn", "t", "other");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final ExpiryQueue dues = new ExpiryQueue(nanos::get);

  @Test
  void remaining_session_is_due_again_with_back_off_up_to_a_minute() {
    // Given
    dues.set(STUCK, AT);
    List<Long> told = new ArrayList<>();

    // When
    for (long second = 0; second < 300; second++) {
      if (!dues.take(AT).isEmpty()) {
        told.add(second);
      }
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    // Then
    assertThat(told).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L, 243L);
  }

  @Test
  void session_that_cannot_be_deleted_delays_no_other() {
    // Given
    dues.set(STUCK, AT);
    dues.take(AT);

    // When
    dues.set(OTHER, AT.plusSeconds(1));

    // Then
    assertThat(dues.take(AT.plusSeconds(1))).containsExactly(OTHER);
  }

  @Test
  void clock_set_back_does_not_delay_a_retry() {
    // Given
    dues.set(STUCK, AT.minus(Duration.ofHours(2)));
    dues.take(AT);

    // When
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    // Then
    assertThat(dues.take(AT.minus(Duration.ofHours(1)))).containsExactly(STUCK);
  }

  @Test
  void changed_expiry_makes_a_session_due_again() {
    // Given
    dues.set(STUCK, AT);
    dues.take(AT);

    // When
    dues.set(STUCK, AT.plusSeconds(10));

    // Then
    assertThat(dues.at(STUCK)).contains(AT.plusSeconds(10));
    assertThat(dues.take(AT.plusSeconds(9))).isEmpty();
    assertThat(dues.take(AT.plusSeconds(10))).containsExactly(STUCK);
  }

  @Test
  void most_overdue_sessions_come_first_without_deleted_ones() {
    // Given
    dues.set(OTHER, AT.plusSeconds(1));
    dues.set(STUCK, AT);
    dues.set(new SessionKey("inn", "t", "gone"), AT);

    // When
    dues.remove(new SessionKey("inn", "t", "gone"));

    // Then
    assertThat(dues.take(AT.plusSeconds(2))).containsExactly(STUCK, OTHER);
  }
}
