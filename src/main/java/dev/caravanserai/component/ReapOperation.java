package dev.caravanserai.component;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.life.Orphans;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;

/**
 * Ends the session in the body, whose time is over. Nothing happens if it is gone already, if its
 * id belongs to a later session, or if its time was extended.
 */
final class ReapOperation implements PodOperation {
  private final SessionIndex sessions;
  private final Termination termination;
  private final Orphans orphans;

  ReapOperation(SessionIndex sessions, Termination termination, Orphans orphans) {
    this.sessions = sessions;
    this.termination = termination;
    this.orphans = orphans;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) throws InvalidPayloadException {
    Session due = exchange.getMessage().getMandatoryBody(Session.class);
    SessionKey key = due.key();
    Instant now = Instant.now();
    if (sessions.find(key).filter(due::sameLife).isEmpty()
        || sessions.dueAt(key).filter(at -> !at.isAfter(now)).isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    Optional<ConfigMap> anchor = sessions.anchor(key);
    Optional<Pod> pod = sessions.pod(key);
    return anchor.isPresent()
        ? termination.end(key, anchor.map(ObjectRef::to), pod.map(ObjectRef::to))
        : pod.map(left -> orphans.end(key, left))
            .orElseGet(() -> CompletableFuture.completedFuture(null));
  }
}
