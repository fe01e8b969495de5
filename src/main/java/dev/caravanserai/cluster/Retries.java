package dev.caravanserai.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats an asynchronous task for each key, one attempt at a time, after pauses that double up to
 * a limit, for as long as there is something to do. Thread-safe.
 */
public final class Retries<K> {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  /** The longest pause of most users. */
  public static final Duration MINUTE = Duration.ofMinutes(1);

  private final Duration first;
  private final Duration longest;
  private final Function<K, Optional<CompletionStage<?>>> task;
  private final ScheduledExecutorService timer;
  private final Map<K, Integer> requests = new ConcurrentHashMap<>();

  /**
   * @param first pause
   * @param longest pause
   * @param task begins an attempt; empty if nothing is left to do
   * @param timer the caller's to shut down
   */
  public Retries(
      Duration first,
      Duration longest,
      Function<K, Optional<CompletionStage<?>>> task,
      ScheduledExecutorService timer) {
    this.first = first;
    this.longest = longest;
    this.task = task;
    this.timer = timer;
  }

  /** Begins an attempt, unless one is under way or waits for the end of a pause. */
  public void request(K key) {
    if (requests.merge(key, 1, Integer::sum) == 1) {
      run(key, first);
    }
  }

  /** Requests an attempt after the first pause. */
  void requestLater(K key) {
    schedule(() -> request(key), first);
  }

  private void run(K key, Duration pause) {
    Integer before = requests.get(key);
    Optional<CompletionStage<?>> attempt = attempt(key);
    if (attempt.isPresent()) {
      attempt.get().whenComplete((done, thrown) -> later(key, pause));
    } else if (!requests.remove(key, before)) { // requested again in the meantime
      run(key, pause);
    }
  }

  /** A task that throws has failed. */
  private Optional<CompletionStage<?>> attempt(K key) {
    try {
      return task.apply(key);
    } catch (RuntimeException e) {
      return Optional.of(CompletableFuture.failedFuture(e));
    }
  }

  private void later(K key, Duration pause) {
    Duration twice = pause.multipliedBy(2);
    Duration next = twice.compareTo(longest) < 0 ? twice : longest;
    schedule(() -> run(key, next), pause);
  }

  private void schedule(Runnable what, Duration pause) {
    try {
      timer.schedule(what, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("not tried again: the timer is closed");
    }
  }
}
