package dev.caravanserai.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.rest.openapi.RestOpenApiComponent;

/**
 * The HTTP server's engine, to be bound as {@code platform-http-engine} before Camel starts: every
 * path needs an API key, every error is a problem, and no thread waits for a route.
 */
public final class HttpEngine extends VertxPlatformHttpEngine {
  /** Largest request body by default, in bytes. */
  public static final long DEFAULT_MAX_BODY = 10L * 1024 * 1024;

  private final ApiKeys keys;
  private final long maxBody;
  private Router guarded;

  public HttpEngine(ApiKeys keys) {
    this(keys, DEFAULT_MAX_BODY);
  }

  /**
   * @param maxBody largest request body, in bytes
   */
  public HttpEngine(ApiKeys keys, long maxBody) {
    this.keys = keys;
    this.maxBody = maxBody;
  }

  /** Is in the registry already. Stock contract-first routes would hold a thread per request. */
  @Override
  protected void doInit() {
    var component = getCamelContext().getComponent("rest-openapi", RestOpenApiComponent.class);
    if (!(component.getRestOpenapiProcessorStrategy() instanceof Operations)) {
      throw new IllegalStateException(
          "Set camel.component.rest-openapi.rest-openapi-processor-strategy=#class:"
              + Operations.class.getName());
    }
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    return new HttpConsumer(endpoint, processor, guarded(), maxBody);
  }

  /** Nothing but the server's own probes is there before the first consumer, and so the guard. */
  private synchronized Router guarded() {
    var router = router();
    if (router != guarded) {
      router.route().method(HttpMethod.HEAD).order(Integer.MIN_VALUE).handler(HttpEngine::asGet);
      meters()
          .ifPresent(
              meters -> router.route().order(Integer.MIN_VALUE).handler(new AnswerMeter(meters)));
      router.route().order(Integer.MIN_VALUE).handler(new Guard(keys));
      Docs.serve(router);
      router
          .route()
          .order(Integer.MAX_VALUE)
          .handler(HttpEngine::nothingHere)
          .failureHandler(HttpEngine::failed);
      guarded = router;
    }
    return router;
  }

  private Optional<MeterRegistry> meters() {
    return Optional.ofNullable(
        getCamelContext().getRegistry().findSingleByType(MeterRegistry.class));
  }

  @Override
  public int getServerPort() {
    return server().getPort();
  }

  private VertxPlatformHttpRouter router() {
    var name = VertxPlatformHttpRouter.getRouterNameFromPort(server().getConfigurationPort());
    var router = VertxPlatformHttpRouter.lookup(getCamelContext(), name);
    if (router == null) {
      throw new IllegalStateException("The HTTP server has not started: no " + name);
    }
    return router;
  }

  private VertxPlatformHttpServer server() {
    var server = getCamelContext().hasService(VertxPlatformHttpServer.class);
    if (server == null) {
      throw new IllegalStateException(
          "There is no HTTP server: camel.server.enabled must be true for platform-http routes");
    }
    return server;
  }

  /** RFC 9110, 9.3.2: the same answer without its body, which is left out where it is written. */
  private static void asGet(RoutingContext ctx) {
    ctx.reroute(HttpMethod.GET, ctx.request().uri());
  }

  private static void nothingHere(RoutingContext ctx) {
    if (Guard.principal(ctx).isEmpty()) {
      // A probe's path, whose own route does not give what Accept asks for.
      var problem = new StatusException(406, "There is no such form of this: send Accept: */*.");
      Problems.of(problem, "").write(ctx.response());
      return;
    }
    var allowed = HttpConsumer.allowed(ctx);
    if (!allowed.isEmpty()) {
      ctx.response().putHeader(Allow.NAME, Allow.of(allowed));
      if (ctx.request().method().equals(HttpMethod.OPTIONS)) {
        ctx.response().setStatusCode(204).end();
        return;
      }
    }
    problem(ctx, allowed.isEmpty() ? 404 : 405).write(ctx.response());
  }

  static void failed(RoutingContext ctx) {
    var status = ctx.statusCode();
    if (status >= 400 && status != 500) {
      problem(ctx, status).write(ctx.response());
    } else {
      Problems.of(ctx.failure(), "http-" + System.identityHashCode(ctx.request()))
          .write(ctx.response());
    }
  }

  private static Problem problem(RoutingContext ctx, int status) {
    HttpServerRequest request = ctx.request();
    return Problems.of(status, request.method().name(), request.path());
  }
}
