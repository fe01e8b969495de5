package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.PodStatusReader;
import dev.caravanserai.cluster.SessionSnapshot;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.life.Start;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a failure on the anchor, where it can be read until the retention is over. The body is the
 * start or the session that failed. A pod whose containers have ended stays, so that its log can be
 * read; otherwise a failed start's other objects are deleted.
 */
final class FailOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(FailOperation.class);

  private final Cluster cluster;
  private final AnchorNotes notes;

  FailOperation(Cluster cluster, AnchorNotes notes) {
    this.cluster = cluster;
    this.notes = notes;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) throws Exception {
    return exchange.getMessage().getBody() instanceof Start start
        ? fail(start, UndoOperation.caught(exchange, "pod:fail"))
        : fail(BodyOperation.body(exchange, Session.class));
  }

  private CompletionStage<Void> fail(Start start, Throwable thrown) {
    LOG.info(
        "session={} cluster={} tenant={} could not be started: {}",
        start.key().id(),
        start.key().cluster(),
        start.key().tenant(),
        thrown.getMessage());
    if (start.joined()) {
      return CompletableFuture.completedFuture(null);
    }
    Failure failure =
        Causes.failure(thrown)
            .orElseGet(() -> Failure.of(FailureCode.CONFIG_ERROR, "The start failed: " + thrown));
    return notes
        .startFailed(start.key().tenant(), start.anchor(), failure)
        .thenCompose(
            noted ->
                CompletableFuture.allOf(
                    (isKept(start) ? List.<ObjectRef>of() : start.objects())
                        .stream()
                            .map(object -> cluster.objects().delete(object).toCompletableFuture())
                            .toArray(CompletableFuture[]::new)));
  }

  /** Whether the pod has a log to be read, or got ready after all. */
  private boolean isKept(Start start) {
    return cluster
        .sessions()
        .snapshot(start.key())
        .filter(known -> known.pod().map(ObjectRef::to).equals(start.pod()))
        .filter(
            known ->
                known.session().state() == State.RUNNING
                    || known.pod().map(PodStatusReader::phase).equals(Optional.of("Failed")))
        .isPresent();
  }

  private CompletionStage<Void> fail(Session session) {
    return cluster
        .sessions()
        .snapshot(session.key())
        .filter(known -> session.sameLife(known.session()))
        .filter(known -> known.session().state() == State.FAILED)
        .flatMap(SessionSnapshot::anchor)
        .filter(anchor -> !AnchorNotes.failed(anchor))
        .map(
            anchor ->
                notes
                    .failed(session.tenant(), ObjectRef.to(anchor), session.failure().orElseThrow())
                    .<Void>thenApply(noted -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }
}
