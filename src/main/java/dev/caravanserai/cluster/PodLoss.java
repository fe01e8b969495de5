package dev.caravanserai.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Finds out whether a pod that is missing, or being deleted, has been taken away from a session
 * that is not being stopped. What a watch has not reported yet is no failure, so the cluster is
 * asked: for the pod first and then for the anchor, since a stop deletes the anchor first.
 * Thread-safe.
 */
public final class PodLoss {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

  private final Objects objects;
  private final SessionCache cache;

  /** Works from now on. */
  public PodLoss(Objects objects, SessionCache cache, ScheduledExecutorService timer) {
    this.objects = objects;
    this.cache = cache;
    cache.resolveDoubtsBy(new Retries<>(FIRST_PAUSE, Retries.MINUTE, this::ask, timer)::request);
  }

  private Optional<CompletionStage<?>> ask(Life.Doubt doubt) {
    return Optional.of(doubt)
        .filter(cache::isOpen)
        .map(
            open ->
                objects
                    .get(open.pod())
                    .thenCompose(pod -> objects.get(open.anchor()))
                    .thenAccept(anchor -> anchor.ifPresent(there -> cache.onPodLost(open))));
  }
}
