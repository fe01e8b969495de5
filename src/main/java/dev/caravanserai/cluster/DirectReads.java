package dev.caravanserai.cluster;

import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Asks the cluster itself for a session that the watches do not know, or not as it is: another
 * replica may have made it, or got it ready, a moment ago. One request costs one GET in each
 * namespace that it may live in; those that wait for the same session share it. At most {@value
 * #AT_ONCE} are sent at once, and the tenants take turns, so that many requests for unknown
 * sessions burden neither the cluster nor other tenants. An answer is not kept: another replica may
 * make the session right after it. A namespace that may be neither watched nor read has no sessions
 * of this server; any other failure to read fails the request, since the session may be there.
 * Thread-safe.
 */
public final class DirectReads {
  private static final int AT_ONCE = 4;

  private final Objects objects;
  private final SessionIndex index;
  private final Supplier<Collection<String>> namespaces;
  private final Predicate<String> watched;
  private final ConcurrencyLimit limit;
  private final Map<SessionKey, CompletableFuture<Optional<Session>>> waiting =
      new ConcurrentHashMap<>();

  /**
   * @param objects reports what it reads to the index
   * @param namespaces where sessions may live, now
   * @param watched whether a namespace is watched
   * @param queue most sessions of each tenant that wait to be read
   */
  public DirectReads(
      Objects objects,
      SessionIndex index,
      Supplier<Collection<String>> namespaces,
      Predicate<String> watched,
      int queue) {
    this.objects = objects;
    this.index = index;
    this.namespaces = namespaces;
    this.watched = watched;
    this.limit = new ConcurrencyLimit(AT_ONCE, queue);
  }

  /**
   * @return the session as it is now, or empty if there is none; fails with CLUSTER_UNREACHABLE or
   *     FORBIDDEN where the cluster could not be asked, with LIMIT_REACHED if too many sessions of
   *     the tenant wait to be read
   */
  public CompletionStage<Optional<Session>> read(SessionKey key) {
    CompletableFuture<Optional<Session>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<Session>> first = waiting.putIfAbsent(key, mine);
    if (first != null) {
      return first;
    }
    limit
        .run(
            Names.label(key.tenant()),
            () -> {
              waiting.remove(key, mine); // a later request needs a newer read
              return ask(key);
            })
        .whenComplete(
            (session, thrown) -> {
              waiting.remove(key, mine);
              if (thrown == null) {
                mine.complete(session);
              } else {
                mine.completeExceptionally(thrown);
              }
            });
    return mine;
  }

  /** How many sessions wait to be read. */
  public int waiting() {
    return limit.waiting();
  }

  /** What is read is known to the index, which also knows what has been deleted since. */
  private CompletionStage<Optional<Session>> ask(SessionKey key) {
    return CompletableFuture.allOf(
            placesOf(key).stream()
                .map(namespace -> in(namespace, key).toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> index.find(key));
  }

  private Collection<String> placesOf(SessionKey key) {
    return index
        .find(key)
        .<Collection<String>>map(known -> Set.of(known.namespace()))
        .orElseGet(namespaces);
  }

  private CompletionStage<?> in(String namespace, SessionKey key) {
    return objects
        .get(key.tenant(), ConfigMap.class, namespace, Names.anchor(key.tenant(), key.id()))
        .exceptionallyCompose(
            thrown ->
                Causes.is(FailureCode.FORBIDDEN, thrown) && !watched.test(namespace)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(
            anchor ->
                anchor
                    .flatMap(SessionReader::podOf)
                    .map(pod -> objects.get(key.tenant(), pod))
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
  }
}
