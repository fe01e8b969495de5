package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ClusterHealth.Silence;
import dev.caravanserai.cluster.WatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the cluster answers, by namespace, as its watches show. Logs once when it does not, and
 * once when it does again. Thread-safe.
 */
final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);

  private final String cluster;
  private final Collection<? extends WatchStatus> watches;
  private final Duration silentAfter;
  private Map<String, Silence> logged = Map.of();

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
    return silences().containsKey(namespace);
  }

  /** By namespace, of the watch that had its last answer first, where that is too long ago. */
  Map<String, Silence> silences() {
    Instant limit = Instant.now().minus(silentAfter);
    return watches.stream()
        .filter(watch -> watch.lastContact().isBefore(limit))
        .collect(
            Collectors.toMap(
                WatchStatus::namespace,
                Contact::silence,
                BinaryOperator.minBy(Comparator.comparing(Silence::since))));
  }

  private static Silence silence(WatchStatus watch) {
    return new Silence(
        watch.lastContact(),
        "watching %s in namespace %s: %s"
            .formatted(watch.kind(), watch.namespace(), watch.problem().orElse("no answer")));
  }

  private synchronized void check() {
    Map<String, Silence> silences = silences();
    silences.forEach(
        (namespace, silence) -> {
          if (!logged.containsKey(namespace)) {
            LOG.warn(
                "cluster={} namespace={}: no answer since {} ({}): what is listed may be old, and"
                    + " starts in this namespace may fail. Check that the API server is up, can be"
                    + " reached from here, and allows the watch",
                cluster,
                namespace,
                silence.since(),
                silence.why());
          }
        });
    logged.forEach(
        (namespace, silence) -> {
          if (!silences.containsKey(namespace)) {
            LOG.info(
                "cluster={} namespace={}: the cluster answers again; the last answer before was at {}",
                cluster,
                namespace,
                silence.since());
          }
        });
    logged = silences;
  }
}
