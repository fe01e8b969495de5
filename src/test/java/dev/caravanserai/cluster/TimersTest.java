package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final ScheduledThreadPoolExecutor timer =
      (ScheduledThreadPoolExecutor) Timers.named("test-timer");

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void cancelled_timer_is_released_at_once() {
    // Given
    var kept = timer.schedule(() -> {}, 1, TimeUnit.DAYS);
    var cancelled = timer.schedule(() -> {}, 1, TimeUnit.DAYS);

    // When
    cancelled.cancel(false);

    // Then
    assertThat(timer.getQueue()).hasSize(1).allMatch(kept::equals);
  }

  @Test
  void timer_thread_is_a_daemon() throws Exception {
    Thread thread = timer.submit(Thread::currentThread).get();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("test-timer");
  }
}
