package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.FailureAnnotation;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Times;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the anchor what happens to its session. Each note names the anchor's uid, so it reaches
 * no other life of the session. Thread-safe.
 */
public final class AnchorNotes {
  private static final Logger LOG = LoggerFactory.getLogger(AnchorNotes.class);
  private static final Duration ACTIVITY_AT_MOST_EVERY = Duration.ofSeconds(30);

  /** Each failed one means that somebody else has written. */
  private static final int TRIES = 5;

  private static final CompletionStage<Boolean> DONE = CompletableFuture.completedStage(true);

  private final Cluster cluster;
  private final Duration failureRetention;
  private final Set<SessionKey> notingUse = ConcurrentHashMap.newKeySet();

  /**
   * @param failureRetention how long a failure can be read before the session expires
   */
  public AnchorNotes(Cluster cluster, Duration failureRetention) {
    this.cluster = cluster;
    this.failureRetention = failureRetention;
  }

  /**
   * Notes that the session is used, at most every 30 s and with one request at a time. Fire and
   * forget.
   */
  public void used(Session session) {
    Instant now = Instant.now();
    Optional<ConfigMap> anchor = cluster.sessions().anchor(session.key());
    if (now.isBefore(session.lastActivityAt().plus(ACTIVITY_AT_MOST_EVERY))
        || anchor.isEmpty()
        || !notingUse.add(session.key())) {
      return;
    }
    note(ObjectRef.to(anchor.get()), session, Map.of(Annotations.LAST_ACTIVITY, time(now)))
        .whenComplete((noted, thrown) -> notingUse.remove(session.key()));
  }

  /**
   * Notes why the session failed, unless that is noted already, and that it expires when the
   * retention is over, or earlier if it would have. An expiry that somebody changes meanwhile is
   * not overwritten.
   *
   * @return whether the anchor still exists; fails with CONFLICT if it is changed all the time
   */
  public CompletionStage<Boolean> failed(String tenant, ObjectRef anchor, Failure failure) {
    return failed(tenant, anchor, failure, AnchorNotes::failed, TRIES);
  }

  /**
   * The same for a failed start; notes nothing if the session was ready, as another replica saw.
   */
  public CompletionStage<Boolean> startFailed(String tenant, ObjectRef anchor, Failure failure) {
    return failed(tenant, anchor, failure, now -> failed(now) || Lives.started(now), TRIES);
  }

  /**
   * @param settled whether nothing is to be noted on an anchor
   */
  private CompletionStage<Boolean> failed(
      String tenant, ObjectRef anchor, Failure failure, Predicate<HasMetadata> settled, int tries) {
    if (tries == 0) {
      return CompletableFuture.failedFuture(
          FailureException.of(
              FailureCode.CONFLICT, anchor + " was changed by somebody else at each try."));
    }
    return cluster
        .objects()
        .get(tenant, anchor)
        .thenCompose(
            found ->
                found
                    .map(now -> settled.test(now) ? DONE : noteFailure(now, failure))
                    .map(
                        noted ->
                            noted.thenCompose(
                                done ->
                                    done
                                        ? CompletableFuture.completedFuture(true)
                                        : failed(tenant, anchor, failure, settled, tries - 1)))
                    .orElseGet(() -> CompletableFuture.completedFuture(false)));
  }

  private CompletionStage<Boolean> noteFailure(HasMetadata anchor, Failure failure) {
    Instant until = Instant.now().plus(failureRetention);
    Instant expiresAt = Times.expiresAt(anchor, Optional.empty());
    return cluster
        .objects()
        .annotate(
            ObjectRef.to(anchor),
            Map.of(
                Annotations.FAILURE,
                FailureAnnotation.write(failure),
                Annotations.EXPIRES_AT,
                time(until.isBefore(expiresAt) ? until : expiresAt)),
            Optional.ofNullable(anchor.getMetadata().getResourceVersion()));
  }

  /** Whether an anchor says why its session failed. */
  public static boolean failed(HasMetadata anchor) {
    return Lives.annotations(anchor).containsKey(Annotations.FAILURE);
  }

  private CompletionStage<Boolean> note(
      ObjectRef anchor, Session session, Map<String, String> annotations) {
    return cluster
        .objects()
        .annotate(anchor, annotations)
        .exceptionally(
            thrown -> {
              LOG.warn(
                  "session={} cluster={} tenant={} the anchor could not be annotated with {}: {}",
                  session.id(),
                  session.cluster(),
                  session.tenant(),
                  annotations.keySet(),
                  Causes.of(thrown).getMessage());
              return false;
            });
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
