package dev.caravanserai.http;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.contract.ApiDocument;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.spi.OnCamelContextStarted;
import org.apache.camel.spi.OnCamelContextStopped;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.ResourceHelper;

/**
 * The HTTP server's engine, to be bound as {@code platform-http-engine} before Camel starts: every
 * path needs an authenticated caller, every error is a problem, and no thread waits for a route.
 */
public final class HttpEngine extends VertxPlatformHttpEngine {
  /** In the context of a request that is answered as GET, but without a body. */
  static final String HEAD = "caravanserai-head";

  private static final int OURS = -1_000_000;
  private static final List<Entrance> PROBES = ofTheServer(Guard.OPEN.stream());
  private static final List<Entrance> DOCS = ofTheServer(Stream.of(Docs.PATH, Docs.CONTRACT));

  private final List<Authenticator> authenticators;
  private final HttpLimits limits;
  private final ServerVertx vertx;
  private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
  private Router guarded;
  private final Shares streams;
  private final Shares bodies;
  private final Map<Entrance, RouteThreads> threads = new ConcurrentHashMap<>();
  private Executor streamThreads;

  private HttpEngine(List<Authenticator> authenticators, HttpLimits limits, ServerVertx vertx) {
    this.authenticators = List.copyOf(authenticators);
    this.limits = limits;
    this.vertx = vertx;
    this.streams = new Shares(limits.streams());
    this.bodies = new Shares(limits.bodyMemory());
  }

  /**
   * Binds the engine under the name that Camel looks up, and the beans that routes name.
   *
   * @param registry takes name and bean
   * @param authenticators in this order; the first that finds its credentials decides
   */
  public static void bind(
      BiConsumer<String, Object> registry, List<Authenticator> authenticators, HttpLimits limits) {
    ServerVertx vertx = new ServerVertx(limits);
    HttpEngine engine = new HttpEngine(authenticators, limits, vertx);
    registry.accept("vertx", vertx);
    registry.accept(
        "vertx-begin", LifecycleStrategySupport.adapt((OnCamelContextStarted) engine::started));
    registry.accept(
        "vertx-end", LifecycleStrategySupport.adapt((OnCamelContextStopped) c -> engine.end()));
    registry.accept("platform-http-engine", engine);
    registry.accept("rest-openapi", new ContractComponent(engine));
    registry.accept("logLines", new LogLines());
    Scopes.ALL.forEach(scope -> registry.accept("scope:" + scope, new RouteScope(scope)));
  }

  /** Paths that routes must not use. */
  private static Stream<Entrance> ofTheServer() {
    return Stream.concat(PROBES.stream(), DOCS.stream());
  }

  private static List<Entrance> ofTheServer(Stream<String> paths) {
    return paths.map(path -> Entrance.get("the server", path)).toList();
  }

  HttpLimits limits() {
    return limits;
  }

  /** Places of responses that are streams. */
  Shares streams() {
    return streams;
  }

  /** Threads, without a limit, that read streams: a silent one delays no other work. */
  Executor streamThreads() {
    return streamThreads;
  }

  /** Bytes of request bodies in memory. */
  Shares bodies() {
    return bodies;
  }

  /** Threads of the route of an entrance. */
  RouteThreads threads(Entrance entrance) {
    return threads.computeIfAbsent(entrance, route -> new RouteThreads(limits));
  }

  /** A server without HTTP routes has the guard too. */
  private synchronized void started(CamelContext context) {
    if (context.hasService(VertxPlatformHttpServer.class) != null) {
      setCamelContext(context);
      guarded();
    }
    vertx.complete();
  }

  private void end() {
    threads.values().forEach(RouteThreads::close);
    vertx.close();
  }

  /** The engine is in the registry already. */
  @Override
  protected void doInit() {}

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    return new RouteConsumer(endpoint, processor, this);
  }

  /**
   * Registers the requests that a route takes.
   *
   * @return the router to add the route to
   * @throws IllegalArgumentException if another takes some of them already
   */
  synchronized Router claim(Entrance entrance) {
    if (entrance.path().reserved()) {
      throw new IllegalArgumentException(
          "%s, but the server has the paths below /v1 and /observe: name the whole path, or another one"
              .formatted(entrance));
    }
    Stream.concat(ofTheServer(), entrances.stream())
        .filter(entrance::overlaps)
        .findFirst()
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(
                  "%s, but %s already: give one of them another path or method"
                      .formatted(entrance, other));
            });
    boolean first = entrances.stream().noneMatch(e -> e.owner().equals(entrance.owner()));
    entrances.add(entrance);
    Router router = guarded();
    if (first && entrance.owner().equals(Docs.SPECIFICATION)) {
      Docs.serve(router);
      entrances.addAll(DOCS);
    }
    return router;
  }

  void release(Entrance entrance) {
    entrances.remove(entrance);
  }

  /** Lower orders match first; ours are below zero. */
  int order(Entrance entrance) {
    return OURS + entrance.path().rank();
  }

  /**
   * @param specification where Camel finds it, such as {@code file:config/openapi/mine.yaml}
   * @throws IllegalArgumentException if it is not there, or cannot be used
   */
  static ApiDocument document(CamelContext context, String specification) {
    try (InputStream in =
        ResourceHelper.resolveMandatoryResourceAsInputStream(context, specification)) {
      return ApiDocument.read(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalArgumentException("%s cannot be read: %s".formatted(specification, e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s cannot be used: %s".formatted(specification, e.getMessage()), e);
    }
  }

  /** Adds the guard once, before the first consumer; until then there are only probes. */
  private Router guarded() {
    var router = router();
    if (router != guarded) {
      vertx.router().errorHandler(400, this::undecodable);
      router.route().method(HttpMethod.HEAD).order(Integer.MIN_VALUE).handler(HttpEngine::asGet);
      meters()
          .ifPresent(
              meters -> router.route().order(Integer.MIN_VALUE).handler(new AnswerMeter(meters)));
      router
          .route()
          .order(Integer.MIN_VALUE)
          .handler(
              ctx -> {
                Reception.body(ctx);
                ctx.next();
              });
      router.route().order(Integer.MIN_VALUE).handler(new Guard(authenticators));
      router.route().order(-1).handler(this::notOurs).failureHandler(this::failed);
      router
          .route()
          .order(Integer.MAX_VALUE)
          .handler(this::nothingHere)
          .failureHandler(this::failed);
      streamThreads =
          getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, "http-stream");
      gauge("caravanserai.http.streams", streams, "Responses and WebSockets that are streams, now");
      gauge("caravanserai.http.body.bytes", bodies, "Bytes of request bodies in memory");
      guarded = router;
    }
    return router;
  }

  private void gauge(String name, Shares shares, String description) {
    meters()
        .ifPresent(
            meters ->
                Gauge.builder(name, shares, Shares::used)
                    .description(description)
                    .register(meters));
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

  /** A path or query that cannot be decoded (RFC 3986, 2.1) fails before any route is matched. */
  private void undecodable(RoutingContext ctx) {
    Reception.body(ctx);
    ctx.response().putHeader("X-Content-Type-Options", "nosniff");
    problem(ctx, 400).write(ctx.response());
  }

  /** RFC 9110, 9.3.2: the same answer without its body, which is left out where it is written. */
  private static void asGet(RoutingContext ctx) {
    var request = ctx.request();
    if (!request.path().startsWith("/")) {
      ctx.next(); // HEAD *
      return;
    }
    request.headers().remove("Upgrade");
    ctx.put(HEAD, true);
    ctx.reroute(
        HttpMethod.GET,
        request.query() == null ? request.path() : request.path() + "?" + request.query());
  }

  /**
   * Requests that none of our routes takes: a wrong method, or a page of Camel, which needs the
   * scope {@link Scopes#ROUTES} unless it is open. Without that scope each page of Camel is a 404,
   * except at the paths of probes, which are public.
   */
  private void notOurs(RoutingContext ctx) {
    Set<String> allowed = new TreeSet<>();
    Stream.concat(entrances.stream(), PROBES.stream())
        .filter(entrance -> ctx.normalizedPath().matches(entrance.path().regex()))
        .forEach(entrance -> allowed.addAll(entrance.names()));
    HttpMethod method = ctx.request().method();
    boolean wrongMethod = !allowed.isEmpty() && !allowed.contains(method.name());
    if (wrongMethod) {
      ctx.response().putHeader(Allow.NAME, Allow.of(allowed));
    }
    if (Guard.principal(ctx).isEmpty()) {
      ctx.next();
    } else if (wrongMethod && method.equals(HttpMethod.OPTIONS)) {
      ctx.response().setStatusCode(204).end();
    } else if (wrongMethod) {
      ctx.fail(405);
    } else if (Guard.permits(ctx, Scopes.ROUTES)) {
      ctx.next();
    } else if (allowed.isEmpty()) {
      ctx.fail(404);
    } else {
      ctx.fail(Guard.lacks(ctx, Scopes.ROUTES));
    }
  }

  private void nothingHere(RoutingContext ctx) {
    if (Guard.principal(ctx).isPresent()) {
      ctx.fail(404);
    } else {
      // The route of a probe does not match this Accept.
      ctx.fail(
          new StatusException(
              406, "This is not available in the media types of Accept: send Accept: */*."));
    }
  }

  void failed(RoutingContext ctx) {
    var status = ctx.statusCode();
    boolean receiving = !ctx.request().isEnded() && !WebSockets.requested(ctx);
    if (ctx.failure() instanceof HttpClosedException
        || receiving && ctx.failure() instanceof IOException) {
      return; // the caller has left or was too slow
    }
    if (status >= 400 && status != 500) {
      problem(ctx, status).write(ctx.response());
    } else if (receiving
        && (ctx.failure() instanceof IllegalArgumentException
            || ctx.failure() instanceof DecoderException)) {
      Problem.of(
              new StatusException(
                  400, "The body of the request cannot be read: " + ctx.failure().getMessage()))
          .write(ctx.response());
      Reception.flush(ctx);
    } else {
      String occurrence = "http-" + System.identityHashCode(ctx.request());
      String request = ctx.request().method() + " " + ctx.normalizedPath();
      Problems.of(ctx.failure(), occurrence, request).write(ctx.response());
    }
  }

  private Problem problem(RoutingContext ctx, int status) {
    if (status == 400 && ctx.request().authority() == null) { // RFC 9112, 3.2
      return Problem.of(
          new StatusException(
              400, "The header Host is missing, or is not a host with an optional port."));
    }
    return Problems.of(status, ctx.request().method().name(), ctx.request().path());
  }
}
