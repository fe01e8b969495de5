package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A response that nobody reads. */
class ResponseBodyTest {
  /** Minutes are milliseconds. */
  private static final class Timer extends ScheduledThreadPoolExecutor {
    Timer() {
      super(1);
    }

    long minutes;

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      minutes = delay;
      return super.schedule(task, delay, unit == TimeUnit.MINUTES ? TimeUnit.MILLISECONDS : unit);
    }
  }

  @AutoClose("shutdownNow")
  private final Timer timer = new Timer();

  @Test
  void response_of_which_no_piece_is_asked_for_within_a_minute_is_closed() {
    // Given
    AtomicBoolean cancelled = new AtomicBoolean();
    AsyncBody body =
        new AsyncBody() {
          @Override
          public void consume() {}

          @Override
          public CompletableFuture<Void> done() {
            return new CompletableFuture<>();
          }

          @Override
          public void cancel() {
            cancelled.set(true);
          }
        };

    // When
    new ResponseBody(Duration.ofMinutes(1), () -> false, timer, thrown -> thrown).begin(body);

    // Then
    await().untilTrue(cancelled);
    assertThat(timer.minutes).isEqualTo(1);
  }
}
