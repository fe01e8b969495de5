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
    return lookup
        .find(key)
        .thenApply(found -> sessions.snapshot(key).orElseThrow(() -> SessionLookup.notFound(key)))
        .thenCompose(known -> end(key, known, waits, exchange));
  }

  private CompletionStage<Void> end(
      SessionKey key, SessionSnapshot known, boolean waits, Exchange exchange) {
    Optional<ObjectRef> pod = known.pod().map(ObjectRef::to);
    return termination
        .end(key, known.anchor().map(ObjectRef::to), pod)
        .thenCompose(
            there ->
                there
                    ? CompletableFuture.completedFuture(Optional.<SessionSnapshot>empty())
                    : sessions.refresh(key).thenApply(now -> nextLife(key, known)))
        .thenCompose(
            next -> {
              if (next.isPresent()) {
                return end(key, next.get(), waits, exchange);
              }
              return waits
                  ? deletion.await(key, known.anchor(), pod, CallerGone.of(exchange))
                  : CompletableFuture.completedFuture(null);
            });
  }

  /** The life that the watch had not reported yet when the anchor of the former was gone. */
  private Optional<SessionSnapshot> nextLife(SessionKey key, SessionSnapshot former) {
    return sessions
        .snapshot(key)
        .filter(now -> now.anchor().isPresent())
        .filter(now -> !now.anchor().map(ObjectRef::to).equals(former.anchor().map(ObjectRef::to)));
  }
}
