package dev.caravanserai.component;

import dev.caravanserai.life.Start;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Undoes what a failed start has created, and then fails with the exception that made it fail. A
 * start that has joined another one undoes nothing.
 */
final class UndoOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(UndoOperation.class);

  private final PodOperation end;

  /**
   * @param end ends the session of the start in the body
   */
  UndoOperation(PodOperation end) {
    this.end = end;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) throws Exception {
    Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Start start = exchange.getMessage().getBody(Start.class);
    if (start == null || start.joined()) {
      return CompletableFuture.failedFuture(failure);
    }
    LOG.info(
        "session={} cluster={} tenant={} could not be started: {}",
        start.key().id(),
        start.key().cluster(),
        start.key().tenant(),
        failure.getMessage());
    return end.run(exchange)
        .handle(
            (ended, thrown) -> {
              if (thrown != null) {
                failure.addSuppressed(thrown);
              }
              return failure;
            })
        .thenCompose(CompletableFuture::failedFuture);
  }
}
