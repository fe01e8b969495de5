package dev.caravanserai.component.metrics;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.support.LRUCacheFactory;

/** Ended sessions by reason, each counted once, and how late expired sessions were ended. */
final class StopMeter {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(1)
  };

  /** Whose deletion several requests at a time may ask for; more than end at a time. */
  private static final int REMEMBERED = 10_000;

  private final SessionIndex index;
  private final Map<String, Boolean> countedLives = LRUCacheFactory.newLRUCache(REMEMBERED);
  private final Counter asked;
  private final Counter expired;
  private final Counter failedStart;
  private final Timer lateness;

  StopMeter(MeterRegistry registry, SessionIndex index) {
    this.index = index;
    this.asked = counter(registry, "asked");
    this.expired = counter(registry, "expired");
    this.failedStart = counter(registry, "failedStart");
    this.lateness =
        Timer.builder("caravanserai.reaper.lateness")
            .description("Time from a session's expiry to its end")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String reason) {
    return Counter.builder("caravanserai.session.stops")
        .description("Sessions that were ended")
        .tag("reason", reason)
        .register(registry);
  }

  /**
   * Of {@code pod:undo} and {@code pod:fail}. A session that was stopped while it was starting is
   * no failed start.
   *
   * @param start empty if it is no start of this request
   */
  Meter.End undoing(Optional<SessionKey> start) {
    boolean counted = start.filter(key -> !counted(key)).isEmpty();
    return (nothing, failed) -> {
      if (failed.isEmpty() && !counted) {
        failedStart.increment();
      }
    };
  }

  /**
   * Of {@code pod:delete} and {@code pod:reap}. A wait for the end may fail although the session
   * ends.
   */
  Meter.End stopping(SessionKey key) {
    Instant now = Instant.now();
    Optional<Instant> due = index.dueAt(key).filter(at -> !at.isAfter(now));
    boolean counted = counted(key);
    Optional<String> life = index.anchor(key).map(anchor -> anchor.getMetadata().getUid());
    return (nothing, failed) -> {
      if (!counted && (failed.isEmpty() || ending(key)) && life.filter(this::firstOf).isPresent()) {
        due.ifPresentOrElse(at -> late(Duration.between(at, now)), asked::increment);
      }
    };
  }

  /** Whether no request has counted this life before. */
  private boolean firstOf(String life) {
    return countedLives.putIfAbsent(life, true) == null;
  }

  /** Whether it is gone or stopping already, or is kept only because its start failed. */
  private boolean counted(SessionKey key) {
    return ending(key) || index.anchor(key).filter(anchor -> !failed(anchor)).isEmpty();
  }

  private boolean ending(SessionKey key) {
    return index.find(key).map(Session::state).filter(state -> state != State.STOPPING).isEmpty();
  }

  private static boolean failed(ConfigMap anchor) {
    return Optional.ofNullable(anchor.getMetadata().getAnnotations())
        .filter(all -> all.containsKey(Annotations.FAILURE))
        .filter(all -> !all.containsKey(Annotations.STARTED_AT))
        .isPresent();
  }

  private void late(Duration by) {
    expired.increment();
    lateness.record(by);
  }
}
