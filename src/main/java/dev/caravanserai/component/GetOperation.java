package dev.caravanserai.component;

import dev.caravanserai.life.Start;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Reads one session. */
final class GetOperation implements PodOperation {
  private final SessionLookup lookup;

  GetOperation(SessionLookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public CompletionStage<Session> run(Exchange exchange) {
    CompletionStage<Session> found = lookup.find(lookup.key(exchange));
    return exchange.getMessage().getBody() instanceof Start start
        ? found.exceptionallyCompose(
            thrown ->
                CompletableFuture.failedFuture(
                    Causes.is(FailureCode.NOT_FOUND, thrown) ? start.stopped() : thrown))
        : found;
  }
}
