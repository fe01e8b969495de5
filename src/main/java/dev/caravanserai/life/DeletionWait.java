package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, without a thread, until nothing is left of a session. */
public final class DeletionWait {
  private static final long AT_MOST_SECONDS = 120;
  private static final Executor SOON =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

  private final Cluster cluster;

  public DeletionWait(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param objects what the anchor owned: collected by Kubernetes a little after the pod is gone
   */
  public CompletionStage<Void> await(SessionKey key, List<ObjectRef> objects) {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    Subscription subscription =
        cluster.sessions().subscribe("deletion-wait", 1_000, new Gone(key, gone));
    if (cluster.sessions().find(key).isEmpty()) {
      gone.complete(null);
    }
    return gone.thenCompose(podGone -> collected(objects))
        .orTimeout(AT_MOST_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            thrown -> {
              throw thrown instanceof TimeoutException ? late(key) : rethrow(thrown);
            })
        .whenComplete((done, thrown) -> subscription.close());
  }

  private final class Gone implements SessionListener {
    private final SessionKey key;
    private final CompletableFuture<Void> gone;

    Gone(SessionKey key, CompletableFuture<Void> gone) {
      this.key = key;
      this.gone = gone;
    }

    @Override
    public void onUpdate(SessionUpdate update) {
      if (update.session().key().equals(key) && update.session().state() == State.STOPPED) {
        gone.complete(null);
      }
    }

    @Override
    public void onDropped(long dropped) {
      if (cluster.sessions().find(key).isEmpty()) {
        gone.complete(null);
      }
    }
  }

  private CompletableFuture<Void> collected(List<ObjectRef> objects) {
    if (objects.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    ObjectRef first = objects.get(0);
    return cluster
        .objects()
        .get(first)
        .thenComposeAsync(
            there ->
                there.isPresent()
                    ? CompletableFuture.supplyAsync(() -> objects, SOON)
                        .thenCompose(this::collected)
                    : collected(objects.subList(1, objects.size())))
        .toCompletableFuture();
  }

  private static FailureException late(SessionKey key) {
    return FailureException.of(
        FailureCode.CLUSTER_UNREACHABLE,
        "Session %s was asked to end, but was still there after %d s: its node may not answer. It will be gone when the node does, or when the node is removed."
            .formatted(key.id(), AT_MOST_SECONDS));
  }

  private static RuntimeException rethrow(Throwable thrown) {
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }
}
