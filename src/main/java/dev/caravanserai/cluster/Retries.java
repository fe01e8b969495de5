package dev.caravanserai.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Repeats an asynchronous task for each key, one attempt at a time, after pauses that double up to
 * a limit, for as long as there is something to do. Thread-safe.
 */
final class Retries<K> {
  static final Duration MINUTE = Duration.ofMinutes(1);

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
  Retries(
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
  void request(K key) {
    if (requests.merge(key, 1, Integer::sum) == 1) {
      run(key, first);
    }
  }

  private void run(K key, Duration pause) {
    Integer before = requests.get(key);
    Optional<CompletionStage<?>> attempt = task.apply(key);
    if (attempt.isPresent()) {
      attempt.get().whenComplete((done, thrown) -> later(key, pause));
    } else if (!requests.remove(key, before)) { // requested again in the meantime
      run(key, pause);
    }
  }

  private void later(K key, Duration pause) {
    Duration twice = pause.multipliedBy(2);
    Duration next = twice.compareTo(longest) < 0 ? twice : longest;
    timer.schedule(() -> run(key, next), pause.toMillis(), TimeUnit.MILLISECONDS);
  }
}
