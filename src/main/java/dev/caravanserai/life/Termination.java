package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.SessionKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends one life of a session. The deletion of the anchor decides that it ends, even if this process
 * dies right then. The pod is deleted at once after it, so that its grace period does not wait for
 * Kubernetes, which collects the rest.
 */
public final class Termination {
  private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

  private final Cluster cluster;

  public Termination(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param anchor with its uid; empty if only the pod is left
   * @param pod with its uid, if it is known
   * @return done when the cluster has accepted it: whether the anchor, if one is given, was there.
   *     Nothing happens to objects of another life
   */
  public CompletionStage<Boolean> end(
      SessionKey key, Optional<ObjectRef> anchor, Optional<ObjectRef> pod) {
    LOG.info(
        "session={} cluster={} tenant={} is being ended", key.id(), key.cluster(), key.tenant());
    return anchor.isEmpty()
        ? delete(pod).thenApply(deleted -> true)
        : delete(anchor)
            .thenCompose(
                there ->
                    delete(pod).exceptionally(thrown -> warn(key, thrown)).thenApply(any -> there));
  }

  /** Ends what a start has created. */
  public CompletionStage<Boolean> undo(Start start) {
    return end(start.key(), Optional.of(start.anchor()), start.pod());
  }

  private CompletionStage<Boolean> delete(Optional<ObjectRef> object) {
    return object
        .map(cluster.objects()::delete)
        .orElseGet(() -> CompletableFuture.completedFuture(false));
  }

  /** The anchor is deleted, so the pod is deleted anyway, only later. */
  private static boolean warn(SessionKey key, Throwable thrown) {
    LOG.warn(
        "session={} cluster={} tenant={} ends when Kubernetes collects its pod, not at once: {}",
        key.id(),
        key.cluster(),
        key.tenant(),
        Causes.of(thrown).getMessage());
    return false;
  }
}
