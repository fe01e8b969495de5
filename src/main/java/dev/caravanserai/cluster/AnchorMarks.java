package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Writes onto the anchor when its session was ready first, and when it had completed, so that every
 * replica knows it, also after a restart and without the pod. Every replica that sees it may write:
 * the anchor's version lets only the first do so. Thread-safe.
 */
public final class AnchorMarks implements SessionListener {
  private static final int QUEUE = 10_000;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final Objects objects;
  private final SessionCache cache;
  private final Retries<SessionKey> retries;

  /** Works from now on. */
  public AnchorMarks(Objects objects, SessionCache cache, ScheduledExecutorService timer) {
    this.objects = objects;
    this.cache = cache;
    this.retries = new Retries<>(FIRST_PAUSE, Retries.MINUTE, this::write, timer);
    cache.subscribe("anchor-marks", QUEUE, this);
  }

  @Override
  public void onUpdate(SessionUpdate update) {
    retries.request(update.session().key());
  }

  @Override
  public void onDropped(long dropped) {
    cache.all().stream().map(Session::key).forEach(retries::request);
  }

  private Optional<CompletionStage<?>> write(SessionKey key) {
    Optional<SessionSnapshot> known = cache.snapshot(key);
    return known
        .flatMap(SessionSnapshot::anchor)
        .filter(anchor -> !Life.deleting(anchor))
        .flatMap(anchor -> write(anchor, missing(anchor, known.get().session())));
  }

  private Optional<CompletionStage<?>> write(ConfigMap anchor, Map<String, String> marks) {
    return Optional.of(marks)
        .filter(some -> !some.isEmpty())
        .map(
            some ->
                objects.annotate(
                    ObjectRef.to(anchor),
                    some,
                    Optional.of(anchor.getMetadata().getResourceVersion())));
  }

  private static Map<String, String> missing(ConfigMap anchor, Session session) {
    Map<String, String> marks = new HashMap<>();
    session.startedAt().ifPresent(at -> marks.put(Annotations.STARTED_AT, text(at)));
    if (session.state() == State.COMPLETED) {
      marks.put(Annotations.COMPLETED_AT, text(Instant.now()));
    }
    marks.keySet().removeAll(SessionReader.annotations(anchor).keySet());
    return marks;
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
