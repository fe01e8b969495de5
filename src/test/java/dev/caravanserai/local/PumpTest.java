package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PumpTest {

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
