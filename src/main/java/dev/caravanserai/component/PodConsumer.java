package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionChange;
import dev.caravanserai.session.Principal;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Passes on every transition of every session, or of one tenant's, in order, from the watches. Each
 * exchange acts for the tenant of its session.
 */
class PodConsumer extends DefaultConsumer {
  private AutoCloseable subscription;
  private ExecutorService teller;

  PodConsumer(PodEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    teller =
        getEndpoint()
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadExecutor(this, "pod-events");
    subscription =
        ((PodEndpoint) getEndpoint())
            .getComponent()
            .getServices()
            .cluster()
            .sessions()
            .onChange(this::changed);
  }

  @Override
  protected void doStop() throws Exception {
    if (subscription != null) { // else it was never started
      subscription.close();
      getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(teller);
    }
    super.doStop();
  }

  private void changed(SessionChange change) {
    boolean sameState =
        change.previous().filter(before -> before == change.session().state()).isPresent();
    String tenant = ((PodEndpoint) getEndpoint()).getTenant();
    if (!sameState && (tenant == null || tenant.equals(change.session().tenant()))) {
      teller.execute(() -> tell(change));
    }
  }

  private void tell(SessionChange change) {
    Exchange exchange = createExchange(true);
    exchange.getMessage().setBody(change.session());
    exchange.getMessage().setHeader(PodConstants.SESSION_ID, change.session().id());
    exchange.setProperty(
        Principal.PROPERTY, new Principal(change.session().tenant(), "pod:events", Set.of()));
    exchange.getMessage().setHeader(PodConstants.STATE, change.session().state().name());
    change
        .previous()
        .ifPresent(
            before -> exchange.getMessage().setHeader(PodConstants.PREVIOUS_STATE, before.name()));
    change
        .session()
        .failure()
        .ifPresent(
            f ->
                exchange
                    .getMessage()
                    .setHeader(PodConstants.FAILURE, f.code() + ": " + f.message()));
    try {
      getProcessor().process(exchange);
    } catch (Exception e) {
      exchange.setException(e);
    }
    if (exchange.getException() != null) {
      getExceptionHandler()
          .handleException("Telling a transition failed", exchange, exchange.getException());
    }
  }
}
