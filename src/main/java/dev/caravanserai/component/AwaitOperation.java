package dev.caravanserai.component;

import dev.caravanserai.life.Readiness;
import dev.caravanserai.life.Start;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Waits until the session of a start is ready. The body becomes the session. */
final class AwaitOperation implements PodOperation {
  private final Readiness readiness;

  AwaitOperation(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public CompletionStage<Session> run(Exchange exchange) {
    Start start = BodyOperation.body(exchange, Start.class);
    return readiness.await(start, abandoned(exchange, start));
  }

  /** If only the response has the id of the session, the session ends when its caller leaves. */
  private static CompletionStage<Failure> abandoned(Exchange exchange, Start start) {
    return CallerGone.forGood(exchange)
        .thenApply(
            gone ->
                Failure.of(
                    FailureCode.CONFLICT,
                    "Session %s was ended while it was starting: its caller left, and only the response would have had its id. Give it an id or an Idempotency-Key to come back for it."
                        .formatted(start.key().id())));
  }
}
