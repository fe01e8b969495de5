package dev.caravanserai.component.kamelet;

import dev.caravanserai.http.ExchangePrincipal;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Output in memory that a step has got in an exchange of its own, as a Kamelet or an {@code enrich}
 * does, and returns to the exchange of the route, counts for that one. Without this it counts until
 * the step's own exchange is done. Such an exchange also has the origin of that of the route.
 */
final class StepOutput implements InterceptStrategy {

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        RouteOrigin.note(exchange);
        var origin = RouteOrigin.of(exchange);
        var principal = ExchangePrincipal.of(exchange);
        OutputMemory before = OutputMemory.of(exchange);
        return super.process(
            exchange,
            sync -> {
              // A pollEnrich replaces them by those of the exchange that it gets.
              origin.ifPresent(its -> its.set(exchange));
              principal
                  .filter(caller -> !principal.equals(ExchangePrincipal.of(exchange)))
                  .ifPresent(caller -> ExchangePrincipal.set(exchange, caller));
              OutputMemory after = OutputMemory.of(exchange);
              if (after != before && after != null) {
                after.countAgain(exchange);
              }
              callback.done(sync);
            });
      }
    };
  }
}
