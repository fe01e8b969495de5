package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.life.Keys;
import dev.caravanserai.life.Readiness;
import dev.caravanserai.life.SameRequest;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the plan's session; the body becomes the session. */
final class AwaitOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(AwaitOperation.class);

  private final Cluster cluster;
  private final SessionLookup lookup;
  private final Readiness readiness;

  AwaitOperation(Cluster cluster, SessionLookup lookup, Readiness readiness) {
    this.cluster = cluster;
    this.lookup = lookup;
    this.readiness = readiness;
  }

  @Override
  public CompletionStage<Session> run(Exchange exchange) throws InvalidPayloadException {
    Plan plan = exchange.getMessage().getMandatoryBody(Plan.class);
    if (repeated(plan, exchange)) {
      return lookup.find(Keys.of(cluster, plan));
    }
    return anchored(plan).thenCompose(there -> awaitFor(plan, exchange));
  }

  /** Until the caller leaves, if only the answer would tell the session's id. */
  private CompletionStage<Session> awaitFor(Plan plan, Exchange exchange) {
    CompletionStage<Session> ready = readiness.await(Keys.of(cluster, plan), plan.startTimeout());
    if (CallerGone.forGood(exchange)) {
      CallerGone.then(exchange, () -> readiness.giveUp(Keys.of(cluster, plan), abandoned(plan)));
    }
    return ready;
  }

  /** What was stopped before anybody waited would be waited for in vain. */
  private CompletionStage<Void> anchored(Plan plan) {
    SessionKey key = Keys.of(cluster, plan);
    if (cluster.sessions().anchor(key).isPresent()) {
      return CompletableFuture.completedFuture(null);
    }
    return cluster
        .sessions()
        .refresh(key)
        .thenAccept(
            looked -> {
              if (cluster.sessions().anchor(key).isEmpty()) {
                throw FailureException.of(
                    FailureCode.CONFLICT,
                    "Session %s was stopped while it was starting.".formatted(plan.id()));
              }
            });
  }

  private static Failure abandoned(Plan plan) {
    return Failure.of(
        FailureCode.CONFLICT,
        "Session %s was ended while it was starting: its caller left, and nobody else knows its id. Give it an id or an Idempotency-Key to come back for it."
            .formatted(plan.id()));
  }

  /** The same request gets the same session again, whatever became of it since it was ready. */
  private boolean repeated(Plan plan, Exchange exchange) {
    return ApplyOperation.joined(exchange)
        && cluster
            .sessions()
            .anchor(Keys.of(cluster, plan))
            .filter(SameRequest::started)
            .isPresent();
  }
}
