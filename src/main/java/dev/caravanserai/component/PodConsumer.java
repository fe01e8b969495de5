package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.http.ExchangePrincipal;
import dev.caravanserai.session.Principal;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Creates an exchange for every transition of every session, or of one tenant's sessions, in the
 * order in which the watches report them. The exchange acts for the session's tenant.
 */
class PodConsumer extends DefaultConsumer {
  private static final int QUEUE = 10_000;

  private Subscription subscription;

  PodConsumer(PodEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    subscription =
        ((PodEndpoint) getEndpoint())
            .getComponent()
            .getServices()
            .cluster()
            .sessions()
            .subscribe("events " + getEndpoint().getEndpointUri(), QUEUE, this::changed);
  }

  @Override
  protected void doStop() throws Exception {
    if (subscription != null) { // else it was never started
      subscription.close();
    }
    super.doStop();
  }

  private void changed(SessionUpdate change) {
    String tenant = ((PodEndpoint) getEndpoint()).getTenant();
    if (change.transition() && (tenant == null || tenant.equals(change.session().tenant()))) {
      process(change);
    }
  }

  private void process(SessionUpdate change) {
    Exchange exchange = createExchange(true);
    exchange.getMessage().setBody(change.session());
    exchange.getMessage().setHeader(PodConstants.SESSION_ID, change.session().id());
    ExchangePrincipal.set(
        exchange, new Principal(change.session().tenant(), "pod:events", Set.of()));
    exchange.getMessage().setHeader(PodConstants.STATE, change.session().state().name());
    change
        .before()
        .ifPresent(
            before ->
                exchange
                    .getMessage()
                    .setHeader(PodConstants.PREVIOUS_STATE, before.state().name()));
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
          .handleException(
              "The route failed for a transition of session " + change.session().id(),
              exchange,
              exchange.getException());
    }
  }
}
