package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A blocked step holds one thread and delays no other, up to the size of the pool. */
class ContinuationPoolTest {
  private static final int SIZE = 20;

  @AutoClose("shutdownNow")
  private final ContinuationPool pool = new ContinuationPool("test-", SIZE);

  @Test
  void blocked_tasks_run_side_by_side_up_to_its_size_and_further_ones_wait() throws Exception {
    // Given
    CountDownLatch started = new CountDownLatch(SIZE);
    CountDownLatch release = new CountDownLatch(1);
    List<CompletableFuture<Void>> all = new ArrayList<>();

    // When
    for (int i = 0; i < SIZE + 5; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                started.countDown();
                awaitQuietly(release);
              },
              pool));
    }

    // Then
    assertThat(started.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(pool.getPoolSize()).isEqualTo(SIZE);
    assertThat(pool.getQueue()).hasSize(5);
    release.countDown();
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
  }

  @Test
  void idle_thread_is_used_before_a_new_one_is_started() throws Exception {
    for (int i = 0; i < 100; i++) {
      CompletableFuture.runAsync(() -> {}, pool).get(1, TimeUnit.MINUTES);
      Awaitility.await().until(() -> pool.getActiveCount() == 0);
    }
    assertThat(pool.getLargestPoolSize()).isLessThan(5);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
