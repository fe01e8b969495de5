package dev.caravanserai.http;

import dev.caravanserai.contract.ApiOperation;
import dev.caravanserai.session.InvalidRequestException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Serves the operations of a contract by the {@code direct:} routes of their operationIds, after
 * the request has been checked: each parameter is the exchange variable of its name, the body is
 * JSON, and the negotiated media type is the variable {@value #MEDIA_TYPE}. No header of the
 * request reaches the route.
 */
final class ContractConsumer extends HttpConsumer {
  /** Exchange variable: the media type of the response that the caller prefers. */
  static final String MEDIA_TYPE = ApiOperation.MEDIA_TYPE;

  private final String specification;
  private final HttpEngine engine;
  private final boolean missingAllowed;
  private final List<AsyncProducer> producers = new ArrayList<>();

  /**
   * @param missingAllowed whether to skip operations without a route
   */
  ContractConsumer(
      Endpoint endpoint,
      Processor processor,
      HttpEngine engine,
      String specification,
      boolean missingAllowed) {
    super(
        endpoint,
        processor,
        engine,
        new HttpHeaderFilterStrategy(),
        specification.equals(Docs.SPECIFICATION));
    this.engine = engine;
    this.specification = specification;
    this.missingAllowed = missingAllowed;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    List<String> missing = new ArrayList<>();
    for (ApiOperation operation :
        engine.document(getEndpoint().getCamelContext(), specification).operations()) {
      if (!Scopes.known(operation.scope())) {
        throw new IllegalArgumentException(
            "%s cannot be used: operation %s: %s"
                .formatted(specification, operation.id(), Scopes.unknown(operation.scope())));
      }
      String route = "direct:" + operation.id();
      Endpoint target = getEndpoint().getCamelContext().hasEndpoint(route);
      if (target == null) {
        missing.add(route);
        continue;
      }
      AsyncProducer producer = target.createAsyncProducer();
      ServiceHelper.startService(producer);
      producers.add(producer);
      var entrance =
          new Entrance(
              specification,
              HttpPath.of(operation.path(), false),
              Set.of(HttpMethod.valueOf(operation.method())),
              operation.scope(),
              0,
              operation.webSocketType().isPresent());
      open(
          entrance,
          !operation.bodyTypes().isEmpty(),
          (exchange, ctx) -> read(operation, entrance.path(), exchange, ctx),
          located(operation, producer));
    }
    if (!missing.isEmpty() && !missingAllowed) {
      throw new IllegalArgumentException(
          "%s has operations without a route: add a route from %s"
              .formatted(specification, String.join(", and one from ", missing)));
    }
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    ServiceHelper.stopService(producers);
    producers.clear();
  }

  @Override
  String routeId() {
    return getRouteId();
  }

  private static AsyncProcessor located(ApiOperation operation, AsyncProcessor route) {
    return new AsyncProcessorSupport() {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        return route.process(
            exchange,
            sync -> {
              var refusal = exchange.getException(InvalidRequestException.class);
              if (refusal != null) {
                exchange.setException(operation.located(refusal));
              }
              callback.done(sync);
            });
      }
    };
  }

  private static void read(
      ApiOperation operation, HttpPath path, Exchange exchange, RoutingContext ctx) {
    var request = Request.of(ctx);
    request.keepIn(exchange);
    var message = new HttpMessage(exchange, ctx.request(), ctx.response());
    exchange.setMessage(message);
    message.setHeader(Exchange.HTTP_METHOD, request.method());
    message.setHeader(Exchange.HTTP_PATH, request.path());
    if (WebSockets.requested(ctx)) {
      exchange.setVariable(MEDIA_TYPE, operation.webSocketType().orElseThrow());
    } else if (!operation.answerTypes().isEmpty()) {
      exchange.setVariable(
          MEDIA_TYPE, Accept.best(request.header("Accept"), operation.answerTypes()));
    }
    RequestBody body = RequestBody.of(ctx);
    body.requireType(operation.bodyTypes(), ctx); // of JSON; a form of another site has another
    var values =
        operation.read(
            path.values(ctx), request.query(), ctx.request().headers()::getAll, body.bytes());
    values.parameters().forEach(exchange::setVariable);
    message.setBody(values.body().orElse(null));
  }
}
