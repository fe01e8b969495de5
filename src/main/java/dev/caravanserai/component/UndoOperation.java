package dev.caravanserai.component;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undoes a start that failed, and then fails with what made it fail. */
final class UndoOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(UndoOperation.class);

  private final String cluster;
  private final SessionLookup lookup;
  private final PodOperation end;

  /**
   * @param cluster its name
   * @param end ends the session
   */
  UndoOperation(String cluster, SessionLookup lookup, PodOperation end) {
    this.cluster = cluster;
    this.lookup = lookup;
    this.end = end;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) {
    Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    if (othersToKeep(exchange, failure)) {
      return CompletableFuture.failedFuture(failure);
    }
    SessionKey key = lookup.key(exchange);
    LOG.info(
        "session={} cluster={} tenant={} could not be started: {}",
        key.id(),
        cluster,
        key.tenant(),
        failure.getMessage());
    return attempt(exchange)
        .handle(
            (ended, thrown) -> {
              if (thrown != null) {
                failure.addSuppressed(thrown);
              }
              return failure;
            })
        .thenCompose(CompletableFuture::failedFuture);
  }

  /** A request that only joined, and turned out to be another one, takes nobody's session away. */
  private static boolean othersToKeep(Exchange exchange, Throwable failure) {
    return ApplyOperation.joined(exchange)
        && failure instanceof FailureException told
        && told.failure().code() == FailureCode.CONFLICT;
  }

  private CompletionStage<?> attempt(Exchange exchange) {
    try {
      return end.run(exchange);
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
