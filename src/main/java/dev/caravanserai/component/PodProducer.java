package dev.caravanserai.component;

import dev.caravanserai.session.Causes;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/** Runs an operation without holding a thread; the rest of the route runs in a pool. */
class PodProducer extends DefaultAsyncProducer {
  private final PodOperation operation;
  private final Continuations continuations;

  /**
   * @param continuations run the rest of the route, which may block
   */
  PodProducer(PodEndpoint endpoint, PodOperation operation, Continuations continuations) {
    super(endpoint);
    this.operation = operation;
    this.continuations = continuations;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    CompletionStage<?> result;
    try {
      result = operation.run(exchange);
    } catch (Exception e) {
      exchange.setException(e);
      callback.done(true);
      return true;
    }
    result.whenCompleteAsync(
        (body, thrown) -> {
          if (thrown != null) {
            exchange.setException(Causes.of(thrown));
          } else {
            exchange.getMessage().setBody(body);
          }
          callback.done(false);
        },
        continuations.of(exchange));
    return false;
  }
}
