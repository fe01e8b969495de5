package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes onto the anchor when its session was ready first, so that every replica, and whoever comes
 * after a restart, knows that it was. Every replica that sees it may write: the anchor's version
 * lets only the first do so. Thread-safe.
 */
public final class ReadyMark implements SessionListener {
  private static final Logger LOG = LoggerFactory.getLogger(ReadyMark.class);
  private static final int QUEUE = 10_000;
  private static final int RETRY_SECONDS = 2;

  private final Objects objects;
  private final SessionCache cache;
  private final ScheduledExecutorService timer;
  private final Set<ObjectRef> underWay = ConcurrentHashMap.newKeySet();

  /** Works from now on. */
  public ReadyMark(Objects objects, SessionCache cache, ScheduledExecutorService timer) {
    this.objects = objects;
    this.cache = cache;
    this.timer = timer;
    cache.subscribe("ready-mark", QUEUE, this);
  }

  @Override
  public void onUpdate(SessionUpdate update) {
    if (update.session().startedAt().isPresent()) {
      mark(update.session().key());
    }
  }

  @Override
  public void onDropped(long dropped) {
    cache.all().stream()
        .filter(session -> session.startedAt().isPresent())
        .map(Session::key)
        .forEach(this::mark);
  }

  private void mark(SessionKey key) {
    Optional<Instant> at = cache.find(key).flatMap(Session::startedAt);
    cache
        .anchor(key)
        .filter(anchor -> at.isPresent() && !Life.deleting(anchor))
        .filter(anchor -> !SessionReader.annotations(anchor).containsKey(Annotations.STARTED_AT))
        .filter(anchor -> underWay.add(ObjectRef.to(anchor)))
        .ifPresent(anchor -> mark(key, anchor, at.get()));
  }

  private void mark(SessionKey key, ConfigMap anchor, Instant at) {
    Map<String, String> mark =
        Map.of(Annotations.STARTED_AT, at.truncatedTo(ChronoUnit.MILLIS).toString());
    objects
        .annotate(
            ObjectRef.to(anchor), mark, Optional.of(anchor.getMetadata().getResourceVersion()))
        .whenComplete(
            (marked, thrown) -> {
              underWay.remove(ObjectRef.to(anchor));
              if (thrown != null) {
                LOG.debug("session={} cannot be marked as started", key, thrown);
              }
              if (thrown != null || !marked) { // perhaps changed by somebody, so by its new version
                timer.schedule(() -> mark(key), RETRY_SECONDS, TimeUnit.SECONDS);
              }
            });
  }
}
