package dev.caravanserai.component;

import dev.caravanserai.session.Causes;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/** Runs an operation without holding a thread; the route goes on on one of a small pool. */
class PodProducer extends DefaultAsyncProducer {
  private final PodOperation operation;
  private ExecutorService continuation;

  PodProducer(PodEndpoint endpoint, PodOperation operation) {
    super(endpoint);
    this.operation = operation;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    continuation =
        getEndpoint()
            .getCamelContext()
            .getExecutorServiceManager()
            .newThreadPool(this, "pod-" + ((PodEndpoint) getEndpoint()).getOperation(), 0, 8);
  }

  @Override
  protected void doStop() throws Exception {
    getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(continuation);
    super.doStop();
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
        continuation);
    return false;
  }
}
