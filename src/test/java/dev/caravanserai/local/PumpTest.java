package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PumpTest {
  @Test
  void source_whose_poll_fails_is_polled_again() throws Exception {
    // Given
    Pump pump = new Pump("test");
    AtomicInteger polls = new AtomicInteger();
    CountDownLatch end = new CountDownLatch(1);

    // When
    pump.watch(
        () -> {
          if (polls.incrementAndGet() == 1) {
            throw new StackOverflowError("on purpose");
          }
          end.countDown();
          return Pump.Found.END;
        });

    // Then
    end.await();
    assertThat(polls).hasValue(2);
    pump.close();
  }

  /** Otherwise a container whose process is being created would survive the server. */
  @Test
  void close_waits_for_the_end_of_the_running_task() throws Exception {
    // Given
    Pump pump = new Pump("test");
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    pump.run(
        () -> {
          running.countDown();
          while (!Thread.interrupted()) {
            Thread.onSpinWait();
          }
          for (int i = 0; i < 100; i++) {
            Thread.yield();
          }
          ended.set(true);
        });
    running.await();

    // When
    pump.close();

    // Then
    assertThat(ended).isTrue();
  }
}
