package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Asks the cluster itself for a session that the watches have not told of, or not the last: another
 * replica may have made it, or got it ready, a moment ago. One request costs one GET in each
 * namespace that it may live in, those for the same session share it, and at most {@value #AT_ONCE}
 * are asked at once, so that many requests for sessions that there are not take no more than that
 * from the cluster. Thread-safe.
 */
public final class DirectReads {
  private static final int AT_ONCE = 4;

  private final Cluster cluster;
  private final Supplier<Collection<String>> namespaces;
  private final SessionReader reader;
  private final Map<SessionKey, CompletableFuture<Optional<Session>>> underWay =
      new ConcurrentHashMap<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int asking;

  /**
   * @param namespaces where sessions live, now
   */
  public DirectReads(Cluster cluster, Supplier<Collection<String>> namespaces) {
    this.cluster = cluster;
    this.namespaces = namespaces;
    this.reader = new SessionReader(cluster.name());
  }

  /**
   * @return the session as it is now, known to the index too, or empty if there is none; fails with
   *     CLUSTER_UNREACHABLE or FORBIDDEN where the cluster could not be asked
   */
  public CompletionStage<Optional<Session>> read(SessionKey key) {
    CompletableFuture<Optional<Session>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<Session>> first = underWay.putIfAbsent(key, mine);
    if (first != null) {
      return first;
    }
    admit(() -> ask(key, mine));
    return mine;
  }

  private void ask(SessionKey key, CompletableFuture<Optional<Session>> answer) {
    List<CompletableFuture<Optional<Session>>> asked = new ArrayList<>();
    try {
      placesOf(key).forEach(namespace -> asked.add(in(namespace, key).toCompletableFuture()));
    } catch (RuntimeException e) {
      asked.add(CompletableFuture.failedFuture(e));
    }
    CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .whenComplete(
            (done, thrown) -> {
              underWay.remove(key, answer);
              leave();
              if (thrown == null) {
                answer.complete(asked.stream().flatMap(a -> a.join().stream()).findFirst());
              } else {
                answer.completeExceptionally(thrown);
              }
            });
  }

  private Collection<String> placesOf(SessionKey key) {
    return cluster
        .sessions()
        .find(key)
        .<Collection<String>>map(known -> Set.of(known.namespace()))
        .orElseGet(namespaces);
  }

  private CompletionStage<Optional<Session>> in(String namespace, SessionKey key) {
    return cluster
        .get(ConfigMap.class, namespace, Names.anchor(key.tenant(), key.id()))
        .thenCompose(
            anchor ->
                anchor
                    .filter(a -> SessionReader.key(a).filter(key::equals).isPresent())
                    .map(a -> withPod(a, key))
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
  }

  /** The pod first: a started session without one would look as if somebody had taken it away. */
  private CompletionStage<Optional<Session>> withPod(ConfigMap anchor, SessionKey key) {
    return pod(anchor)
        .map(name -> cluster.get(Pod.class, anchor.getMetadata().getNamespace(), name))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
        .thenApply(found -> found.filter(p -> SessionReader.key(p).filter(key::equals).isPresent()))
        .thenApply(
            pod -> {
              pod.ifPresent(cluster.sessions()::made);
              cluster.sessions().made(anchor);
              return Optional.of(reader.read(key, Optional.of(anchor), pod));
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
