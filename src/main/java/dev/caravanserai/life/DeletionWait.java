package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.cluster.Sessions;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
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
    AutoCloseable subscription =
        cluster
            .sessions()
            .onChange(
                change -> {
                  if (Sessions.key(change.session()).equals(key)
                      && change.session().state() == State.STOPPED) {
                    gone.complete(null);
                  }
                });
    if (cluster.sessions().find(key).isEmpty()) {
      gone.complete(null);
    }
    return gone.thenCompose(podGone -> collected(objects))
        .orTimeout(AT_MOST_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            thrown -> {
              throw thrown instanceof TimeoutException ? late(key) : rethrow(thrown);
            })
        .whenComplete((done, thrown) -> close(subscription));
  }

  private CompletableFuture<Void> collected(List<ObjectRef> objects) {
    if (objects.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    ObjectRef first = objects.get(0);
    return cluster
        .get(first.type(), first.namespace(), first.name())
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

  private static void close(AutoCloseable subscription) {
    try {
      subscription.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
