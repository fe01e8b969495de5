package dev.caravanserai.component;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionSnapshot;
import dev.caravanserai.life.DeletionWait;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.SessionKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Ends a session. A session that is stopping already is no error. */
final class DeleteOperation implements PodOperation {
  private final Option<Boolean> wait;
  private final SessionLookup lookup;
  private final SessionIndex sessions;
  private final Termination termination;
  private final DeletionWait deletion;

  /**
   * @param wait whether to wait until nothing is left
   */
  DeleteOperation(
      Option<Boolean> wait,
      SessionLookup lookup,
      SessionIndex sessions,
      Termination termination,
      DeletionWait deletion) {
    this.wait = wait;
    this.lookup = lookup;
    this.sessions = sessions;
    this.termination = termination;
    this.deletion = deletion;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) {
    SessionKey key = lookup.key(exchange);
    boolean waits = wait.of(exchange).orElse(false);
    return lookup.find(key).thenCompose(found -> end(key, waits, exchange, false));
  }

  /**
   * @param refreshed whether the index was refreshed, since the cluster had no anchor of the life
   *     that the index knew: the watch may not have reported the next life yet
   */
  private CompletionStage<Void> end(
      SessionKey key, boolean waits, Exchange exchange, boolean refreshed) {
    SessionSnapshot known = sessions.snapshot(key).orElseThrow(() -> SessionLookup.notFound(key));
    Optional<ObjectRef> pod = known.pod().map(ObjectRef::to);
    return termination
        .end(key, known.anchor().map(ObjectRef::to), pod)
        .thenCompose(
            there -> {
              if (!there && !refreshed) {
                return sessions.refresh(key).thenCompose(now -> end(key, waits, exchange, true));
              }
              return waits
                  ? deletion.await(key, known.anchor(), pod, CallerGone.of(exchange))
                  : CompletableFuture.completedFuture(null);
            });
  }
}
