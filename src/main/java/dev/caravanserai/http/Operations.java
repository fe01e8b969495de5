package dev.caravanserai.http;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.component.rest.openapi.DefaultRestOpenapiProcessorStrategy;
import org.apache.camel.spi.ProducerCache;
import org.apache.camel.support.cache.DefaultProducerCache;
import org.apache.camel.support.processor.RestBindingAdvice;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Leads an operation of a contract to its {@code direct:} route without a thread that waits there.
 *
 * <p>Camel 4.17 calls that route from an advice (RestOpenApiEndpoint.RestOpenApiProcessorAdvice),
 * which cannot but wait for its end. So the advice only notes here which operation it is, and the
 * consumer goes on with it when the advised route is through. To be set before the routes are
 * there: {@code camel.component.rest-openapi.rest-openapi-processor-strategy}.
 */
public final class Operations extends DefaultRestOpenapiProcessorStrategy {
  private static final String NEXT = Operations.class.getName() + ".next";

  private ProducerCache producers;

  private record Next(
      Operations operations, String uri, RestBindingAdvice binding, Map<String, Object> state) {}

  @Override
  public boolean process(
      OpenAPI contract,
      Operation operation,
      String verb,
      String path,
      RestBindingAdvice binding,
      Exchange exchange,
      AsyncCallback callback) {
    if (verb.equalsIgnoreCase("OPTIONS")) {
      tellMethods(contract, operation, exchange);
      callback.done(true);
      return true;
    }
    var uri = getComponent() + ":" + operation.getOperationId();
    if (getCamelContext().hasEndpoint(uri) == null) {
      return super.process(contract, operation, verb, path, binding, exchange, callback);
    }
    try {
      exchange.setProperty(NEXT, new Next(this, uri, binding, binding.before(exchange)));
    } catch (Exception e) {
      exchange.setException(e);
    }
    callback.done(true);
    return true;
  }

  /** Camel takes OPTIONS for any operation of its path and would run that; RFC 9110, 9.3.7. */
  private static void tellMethods(OpenAPI contract, Operation operation, Exchange exchange) {
    var methods =
        contract.getPaths().values().stream()
            .filter(item -> item.readOperations().contains(operation))
            .flatMap(item -> item.readOperationsMap().keySet().stream())
            .map(Enum::name)
            .toList();
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
    exchange.getMessage().setHeader(Allow.NAME, Allow.of(methods));
    exchange.getMessage().setBody(null);
  }

  /** Goes on with the operation that was noted; is through at once if there is none. */
  static void goOn(Exchange exchange, AsyncCallback callback) {
    var next = exchange.getProperty(NEXT, Next.class);
    exchange.removeProperty(NEXT);
    if (next == null || exchange.getException() != null) {
      callback.done(true);
    } else {
      exchange.setRouteStop(false); // the advised route ends with it
      next.operations().call(next, exchange, callback);
    }
  }

  private void call(Next next, Exchange exchange, AsyncCallback callback) {
    var endpoint = getCamelContext().getEndpoint(next.uri());
    var producer = producers.acquireProducer(endpoint);
    producer.process(
        exchange,
        doneSync -> {
          producers.releaseProducer(endpoint, producer);
          try {
            next.binding().after(exchange, next.state());
          } catch (Exception e) {
            exchange.setException(e);
          }
          callback.done(doneSync);
        });
  }

  @Override
  protected void doInit() throws Exception {
    super.doInit();
    producers = new DefaultProducerCache(this, getCamelContext(), 1000);
    ServiceHelper.initService(producers);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    ServiceHelper.startService(producers);
  }

  @Override
  protected void doStop() throws Exception {
    ServiceHelper.stopService(producers);
    super.doStop();
  }
}
