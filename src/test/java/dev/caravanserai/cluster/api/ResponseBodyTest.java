package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A response whose reader is slow. */
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

  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final AsyncBody body =
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

  @Test
  void response_of_which_no_piece_is_asked_for_within_a_minute_is_closed() {
    // When
    new ResponseBody(Duration.ofMinutes(1), () -> false, timer, thrown -> thrown).begin(body);

    // Then
    await().untilTrue(cancelled);
    assertThat(timer.minutes).isEqualTo(1);
  }

  @Test
  void response_whose_reader_waits_for_the_next_piece_is_not_closed() {
    // Given
    ResponseBody response =
        new ResponseBody(Duration.ofMinutes(1), () -> false, timer, thrown -> thrown);
    response.begin(body);
    response.next().thenAccept(piece -> response.next());

    // When
    response.onPieces(List.of(ByteBuffer.wrap(new byte[1])), body);

    // Then
    await()
        .during(Duration.ofMillis(200))
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(cancelled).isFalse());
  }
}
