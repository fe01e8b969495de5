package dev.caravanserai.component;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionSnapshot;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.Session;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/**
 * Ends the session in the body, whose time is over. Nothing happens if it is gone already, if its
 * id belongs to a later session, or if its time was extended.
 */
final class ReapOperation implements PodOperation {
  private final SessionIndex sessions;
  private final Termination termination;

  ReapOperation(SessionIndex sessions, Termination termination) {
    this.sessions = sessions;
    this.termination = termination;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) {
    Session due = BodyOperation.body(exchange, Session.class);
    Instant now = Instant.now();
    return sessions
        .snapshot(due.key())
        .filter(known -> due.sameLife(known.session()))
        .filter(known -> known.dueAt().filter(at -> !at.isAfter(now)).isPresent())
        .map(this::end)
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  private CompletionStage<Void> end(SessionSnapshot due) {
    return termination
        .end(due.session().key(), due.anchor().map(ObjectRef::to), due.pod().map(ObjectRef::to))
        .thenApply(ended -> null);
  }
}
