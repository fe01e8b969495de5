package dev.caravanserai.cluster;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attempts that are repeated. */
class RetriesTest {
  private final ScheduledExecutorService timer = Timers.named("retries-test");

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void task_that_throws_is_tried_again_and_can_be_requested_again_when_it_has_ended() {
    // Given
    AtomicInteger attempts = new AtomicInteger();
    Retries<String> retries =
        new Retries<>(
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            key -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("in a test");
              }
              return Optional.empty();
            },
            timer);

    // When
    retries.request("a");

    // Then
    await().until(() -> attempts.get() == 3);

    // When
    retries.request("a");

    // Then
    await().until(() -> attempts.get() == 4);
  }
}
