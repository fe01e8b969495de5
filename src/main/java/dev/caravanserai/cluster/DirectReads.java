package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Asks the cluster itself for a session that the watches have not told of: another replica may have
 * made it a moment ago. One request costs one GET in each namespace that sessions live in, those
 * for the same session share it, and at most {@value #AT_ONCE} are asked at once, so that many
 * requests for sessions that there are not take no more than that from the cluster. Thread-safe.
 */
public final class DirectReads {
  private static final int AT_ONCE = 4;

  private final Cluster cluster;
  private final Supplier<Collection<String>> namespaces;
  private final Map<SessionKey, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int asking;

  /**
   * @param namespaces where sessions live, now
   */
  public DirectReads(Cluster cluster, Supplier<Collection<String>> namespaces) {
    this.cluster = cluster;
    this.namespaces = namespaces;
  }

  /**
   * @return done when the index knows the session, or the cluster has said that there is none;
   *     fails with CLUSTER_UNREACHABLE or FORBIDDEN where it could not be asked
   */
  public CompletionStage<Void> read(SessionKey key) {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> first = underWay.putIfAbsent(key, mine);
    if (first != null) {
      return first;
    }
    admit(() -> ask(key, mine));
    return mine;
  }

  private void ask(SessionKey key, CompletableFuture<Void> answer) {
    CompletableFuture.allOf(
            namespaces.get().stream()
                .map(namespace -> in(namespace, key).toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .whenComplete(
            (done, thrown) -> {
              underWay.remove(key, answer);
              leave();
              if (thrown == null) {
                answer.complete(null);
              } else {
                answer.completeExceptionally(thrown);
              }
            });
  }

  private CompletionStage<Void> in(String namespace, SessionKey key) {
    return cluster
        .get(ConfigMap.class, namespace, Names.anchor(key.tenant(), key.id()))
        .thenCompose(
            anchor ->
                anchor
                    .filter(a -> SessionReader.key(a).filter(key::equals).isPresent())
                    .map(a -> withPod(a, key))
                    .orElseGet(() -> CompletableFuture.completedFuture(null)));
  }

  /** The pod first: a started session without one would look as if somebody had taken it away. */
  private CompletionStage<Void> withPod(ConfigMap anchor, SessionKey key) {
    return pod(anchor)
        .map(name -> cluster.get(Pod.class, anchor.getMetadata().getNamespace(), name))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
        .thenAccept(
            pod -> {
              pod.filter(p -> SessionReader.key(p).filter(key::equals).isPresent())
                  .ifPresent(cluster.sessions()::made);
              cluster.sessions().made(anchor);
            });
  }

  private static Optional<String> pod(ConfigMap anchor) {
    String listed = SessionReader.annotations(anchor).getOrDefault(Annotations.OBJECTS, "");
    return Arrays.stream(listed.split(","))
        .filter(object -> object.startsWith("Pod/"))
        .map(object -> object.substring("Pod/".length()))
        .findFirst();
  }

  private void admit(Runnable question) {
    synchronized (this) {
      if (asking == AT_ONCE) {
        waiting.add(question);
        return;
      }
      asking++;
    }
    question.run();
  }

  private void leave() {
    Runnable next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        asking--;
        return;
      }
    }
    next.run();
  }
}
