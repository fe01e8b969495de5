package dev.caravanserai.cluster.api;

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
 * Whether the cluster answers, as its watches say, each of which hears of it every 30 s. Logs once
 * when it does not, and once when it does again. Thread-safe.
 */
final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
  private static final Duration SILENT_AFTER = Duration.ofSeconds(40);
  private static final long CHECK_SECONDS = 5;

  private final String cluster;
  private final Collection<? extends WatchStatus> watches;
  private Optional<Instant> logged = Optional.empty();

  /**
   * @param watches may change
   * @param timer checks until it is shut down
   */
  Contact(
      String cluster, Collection<? extends WatchStatus> watches, ScheduledExecutorService timer) {
    this.cluster = cluster;
    this.watches = watches;
    timer.scheduleWithFixedDelay(this::check, CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
  }

  /** When it answered last, if that is too long ago. */
  Optional<Instant> silentSince() {
    Instant limit = Instant.now().minus(SILENT_AFTER);
    return watches.stream()
        .map(WatchStatus::lastContact)
        .filter(limit::isAfter)
        .min(Comparator.naturalOrder());
  }

  private synchronized void check() {
    Optional<Instant> silent = silentSince();
    if (silent.isPresent() && logged.isEmpty()) {
      LOG.warn(
          "cluster={} has not answered since {}: what is listed may be old, and nothing can be"
              + " started. Check that its API server is up and can be reached from here",
          cluster,
          silent.get());
    } else if (silent.isEmpty() && logged.isPresent()) {
      LOG.info("cluster={} answers again; it was last heard at {}", cluster, logged.get());
    }
    logged = silent;
  }
}
