package dev.caravanserai.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/**
 * Finds out whether a pod that is missing, or being deleted, has been taken away from a session
 * that is not being stopped. What a watch has not reported yet is no failure. So, after a pause and
 * once the namespace's lists are complete, the cluster is asked: for the pod first and then for the
 * anchor, since a stop deletes the anchor first. Thread-safe.
 */
public final class PodLoss {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final Objects objects;
  private final SessionCache cache;
  private final Function<String, CompletionStage<Void>> listed;

  /**
   * Works from now on.
   *
   * @param listed completes when all that is in a namespace is known
   */
  public PodLoss(
      Objects objects,
      SessionCache cache,
      Function<String, CompletionStage<Void>> listed,
      ScheduledExecutorService timer) {
    this.objects = objects;
    this.cache = cache;
    this.listed = listed;
    Retries<Life.Doubt> retries = new Retries<>(FIRST_PAUSE, Retries.MINUTE, this::ask, timer);
    cache.resolveDoubtsBy(retries::requestLater);
  }

  private Optional<CompletionStage<?>> ask(Life.Doubt doubt) {
    return Optional.of(doubt)
        .filter(cache::isOpen)
        .map(
            open ->
                listed
                    .apply(open.anchor().namespace())
                    .thenCompose(
                        complete ->
                            cache.isOpen(open)
                                ? confirm(open)
                                : CompletableFuture.completedFuture(null)));
  }

  private CompletionStage<Void> confirm(Life.Doubt doubt) {
    String tenant = doubt.key().tenant();
    return objects
        .get(tenant, doubt.pod())
        .thenCompose(pod -> objects.get(tenant, doubt.anchor()))
        .thenAccept(anchor -> anchor.ifPresent(there -> cache.onPodLost(doubt)));
  }
}
