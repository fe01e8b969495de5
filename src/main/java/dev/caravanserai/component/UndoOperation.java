package dev.caravanserai.component;

import dev.caravanserai.life.Start;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
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
    Throwable failure = caught(exchange, "pod:undo");
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

  /**
   * Why the start failed: what the doCatch or onException around the operation has caught. Camel
   * keeps the exception of an earlier doCatch on the exchange. Within a doTry it does not say
   * whether that is within a doCatch.
   */
  static Throwable caught(Exchange exchange, String operation) {
    boolean inCatch =
        exchange.getProperty(ExchangePropertyKey.EXCEPTION_HANDLED) != null
            || exchange.getProperty(ExchangePropertyKey.TRY_ROUTE_BLOCK, false, Boolean.class);
    Deque<?> handlers =
        exchange.getProperty(ExchangePropertyKey.FATAL_FALLBACK_ERROR_HANDLER, Deque.class);
    boolean inOnException = handlers != null && !handlers.isEmpty();
    return Optional.ofNullable(
            exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class))
        .filter(caught -> inCatch || inOnException)
        .orElseGet(
            () ->
                FailureException.of(
                    FailureCode.CONFIG_ERROR,
                    "The route ended the start, but gave no reason: use %s in a doCatch, and throw an exception for it to catch."
                        .formatted(operation)));
  }
}
