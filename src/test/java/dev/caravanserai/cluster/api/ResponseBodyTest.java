package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A response whose reader is slow. */
class ResponseBodyTest {
  /** Time passes when a test says so. */
  private static final class Timer extends ScheduledThreadPoolExecutor {
    private Future<?> last;
    private long minutes;

    Timer() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      minutes = unit.toMinutes(delay);
      ScheduledFuture<?> timer = super.schedule(task, delay, unit);
      last = timer;
      return timer;
    }

    void pass() {
      ((Runnable) last).run();
    }
  }

  @AutoClose("shutdownNow")
  private final Timer timer = new Timer();

  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AsyncBody body =
      new AsyncBody() {
        @Override
        public void consume() {}

        @Override
        public CompletableFuture<Void> done() {
          return done;
        }

        @Override
        public void cancel() {
          done.cancel(false);
        }
      };
  private final ResponseBody response =
      new ResponseBody(Duration.ofMinutes(1), () -> false, timer, "Reading a log");

  @BeforeEach
  void begin() {
    response.begin(body);
  }

  private void piece() {
    response.onPieces(List.of(ByteBuffer.wrap(new byte[1])), body);
  }

  @Test
  void response_of_which_no_piece_is_asked_for_within_a_minute_is_closed() {
    // Given
    assertThat(timer.minutes).isEqualTo(1);

    // When
    timer.pass();
    timer.pass(); // it waits a second for the end of the response

    // Then
    assertThat(done).isCancelled();
  }

  @Test
  void response_whose_first_piece_was_peeked_at_is_closed_if_no_reader_begins_within_a_minute() {
    // Given
    var first = response.peek();

    // When
    piece();

    // Then
    assertThat(timer.minutes).isEqualTo(1);
    assertThat(timer.last.isCancelled()).isFalse();
    assertThat(response.next()).isSameAs(first);
    assertThat(timer.minutes).isEqualTo(10);
    timer.pass();
    timer.pass();
    assertThat(done).isCancelled();
  }

  @Test
  void response_whose_reader_waits_for_the_next_piece_is_not_closed() {
    // Given
    response.next().thenAccept(piece -> response.next());

    // When
    piece();

    // Then
    assertThat(timer.minutes).isEqualTo(10);
    assertThat(timer.last.isCancelled()).isTrue();
  }

  @Test
  void reading_after_a_pause_that_was_too_long_fails_with_that_reason() {
    // When
    timer.pass();

    // Then
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> response.next().toCompletableFuture().join())
          .hasMessageContainingAll("LIMIT_REACHED", "Reading a log", "1 min");
    }
  }

  @Test
  void reading_that_its_reader_has_ended_is_cancelled() {
    // When
    response.close();

    // Then
    assertThatThrownBy(() -> response.next().toCompletableFuture().join())
        .isInstanceOf(CancellationException.class);
  }
}
