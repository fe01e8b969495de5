package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ClusterHealth.Silence;
import dev.caravanserai.cluster.WatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the cluster answers, as its watches say. Logs once when it does not, and once when it
 * does again. Thread-safe.
 */
final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);

  private final String cluster;
  private final Collection<? extends WatchStatus> watches;
  private final Duration silentAfter;
  private Optional<Silence> logged = Optional.empty();

  /**
   * @param watches may change
   * @param watch how long one watch lasts: the cluster is silent after that time and a third
   * @param timer checks until it is shut down
   */
  Contact(
      String cluster,
      Collection<? extends WatchStatus> watches,
      Duration watch,
      ScheduledExecutorService timer) {
    this.cluster = cluster;
    this.watches = watches;
    this.silentAfter = watch.plus(watch.dividedBy(3));
    long pause = watch.dividedBy(6).toMillis();
    timer.scheduleWithFixedDelay(this::check, pause, pause, TimeUnit.MILLISECONDS);
  }

  /** Whether the last answer of a watch of a namespace is too long ago. */
  boolean isSilent(String namespace) {
    return watches.stream().anyMatch(watch -> watch.namespace().equals(namespace) && silent(watch));
  }

  private boolean silent(WatchStatus watch) {
    return watch.lastContact().isBefore(Instant.now().minus(silentAfter));
  }

  /** Of the watch that had its last answer first, if that is too long ago. */
  Optional<Silence> silence() {
    return watches.stream()
        .filter(this::silent)
        .min(Comparator.comparing(WatchStatus::lastContact))
        .map(
            watch ->
                new Silence(
                    watch.lastContact(),
                    "watching %s in namespace %s: %s"
                        .formatted(
                            watch.kind(), watch.namespace(), watch.problem().orElse("no answer"))));
  }

  private synchronized void check() {
    Optional<Silence> silence = silence();
    if (silence.isPresent() && logged.isEmpty()) {
      LOG.warn(
          "cluster={} has not answered since {} ({}): what is listed may be old, and nothing can be"
              + " started. Check that its API server is up, can be reached from here, and allows"
              + " the watch",
          cluster,
          silence.get().since(),
          silence.get().why());
    } else if (silence.isEmpty() && logged.isPresent()) {
      LOG.info(
          "cluster={} answers again; the last answer before was at {}",
          cluster,
          logged.get().since());
    }
    logged = silence;
  }
}
