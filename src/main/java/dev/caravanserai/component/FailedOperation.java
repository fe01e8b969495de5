package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Lists the sessions, of every tenant, that failed and whose anchor does not say so yet. */
record FailedOperation(SessionIndex sessions) implements PodOperation {

  @Override
  public CompletionStage<List<Session>> run(Exchange exchange) {
    return CompletableFuture.completedFuture(
        sessions.all().stream()
            .filter(session -> session.state() == State.FAILED)
            .filter(s -> sessions.anchor(s.key()).filter(a -> !AnchorNotes.failed(a)).isPresent())
            .toList());
  }
}
