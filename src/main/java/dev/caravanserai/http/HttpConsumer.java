package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import io.vertx.core.Context;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultConsumer;

/**
 * Serves HTTP requests by a route: checks the caller's scope, reads the body, runs the route. A
 * worker thread starts the route and is released as soon as the route waits; the thread that ends
 * the wait writes the response.
 *
 * <p>A request that is being answered counts as in flight, so a shutdown waits for it. A caller who
 * leaves does not end the route; its steps can read that from the exchange ({@link Caller#GONE}).
 */
abstract class HttpConsumer extends DefaultConsumer implements Suspendable {
  private final HttpEngine engine;
  private final HeaderFilterStrategy filter;
  private final boolean ofTheServer;
  private final List<Runnable> onStop = new ArrayList<>();
  private final Set<ByteSource> endless = ConcurrentHashMap.newKeySet();

  /**
   * @param ofTheServer whether its routes are the server's API, whose steps do not block
   */
  HttpConsumer(
      Endpoint endpoint,
      Processor processor,
      HttpEngine engine,
      HeaderFilterStrategy filter,
      boolean ofTheServer) {
    super(endpoint, processor);
    this.engine = engine;
    this.filter = filter;
    this.ofTheServer = ofTheServer;
  }

  /** Fills an exchange from a request. Runs on a worker thread; may throw a refusal. */
  interface Reader {
    void read(Exchange exchange, RoutingContext ctx);
  }

  /** The route that a shutdown keeps until the response has been sent. */
  abstract String routeId();

  /** Decides which headers pass between HTTP and messages. */
  HeaderFilterStrategy filter() {
    return filter;
  }

  /**
   * Takes the requests of an entrance until the consumer stops.
   *
   * @param withBody whether a request may have a body
   * @throws IllegalArgumentException if another route takes some of them already
   */
  void open(Entrance entrance, boolean withBody, Reader reader, AsyncProcessor processor) {
    Router router = engine.claim(entrance);
    Route route = router.routeWithRegex(entrance.path().regex()).order(engine.order(entrance));
    entrance.methods().forEach(route::method);
    route.handler(ctx -> admit(ctx, entrance.scope(), withBody));
    if (entrance.webSocket()) {
      route.handler(WebSockets::request);
    }
    if (entrance.timeoutMillis() > 0) {
      TimeoutHandler timeout = TimeoutHandler.create(entrance.timeoutMillis(), 504);
      route.handler(timeout::handle);
    }
    route
        .handler(this::receive)
        .handler(ctx -> handle(ctx, entrance, reader, processor))
        .failureHandler(engine::failed);
    onStop.add(
        () -> {
          route.remove();
          engine.release(entrance);
        });
  }

  @Override
  protected void doStop() throws Exception {
    onStop.forEach(Runnable::run);
    onStop.clear();
    super.doStop();
  }

  /** Before the body is read. */
  private void admit(RoutingContext ctx, String scope, boolean withBody) {
    var type = ctx.parsedHeaders().contentType().value().toLowerCase(Locale.ROOT);
    var encoding = Optional.ofNullable(ctx.request().getHeader("Content-Encoding")).orElse("");
    if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
      ctx.fail(StatusException.shuttingDown());
    } else if (Guard.principal(ctx).isEmpty()) {
      ctx.next(); // a probe's path, which a prefix does not take
    } else if (!Guard.permits(ctx, scope)) {
      ctx.fail(Guard.lacks(ctx, scope));
    } else if (!withBody) {
      RequestBody.none(ctx);
    } else if (type.startsWith("application/x-www-form-urlencoded")
        || type.startsWith("multipart/")) {
      ctx.fail(new StatusException(415, "Forms are not accepted: send application/json."));
    } else if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
      ctx.response().putHeader("Accept-Encoding", "identity");
      ctx.fail(
          new StatusException(
              415, "Send the body without Content-Encoding: %s.".formatted(encoding)));
    } else {
      ctx.next();
    }
  }

  private void receive(RoutingContext ctx) {
    if (Guard.principal(ctx).isEmpty()) {
      ctx.next();
    } else {
      RequestBody.receive(ctx, engine.limits(), engine.bodies());
    }
  }

  private void handle(
      RoutingContext ctx, Entrance entrance, Reader reader, AsyncProcessor processor) {
    if (Guard.principal(ctx).isEmpty()) {
      ctx.next();
      return;
    }
    Reception.complete(ctx);
    ctx.put(Caller.GONE, Caller.gone(ctx));
    var context = ctx.vertx().getOrCreateContext();
    RequestBody body = RequestBody.of(ctx);
    body.retain();
    Runnable route = () -> run(ctx, context, reader, processor);
    if (ofTheServer) {
      blocking(ctx, route);
    } else {
      engine.threads(entrance).start(ctx, route, body::release);
    }
  }

  private void run(RoutingContext ctx, Context context, Reader reader, AsyncProcessor processor) {
    Exchange exchange;
    try {
      exchange = createExchange(false);
    } catch (Throwable e) {
      RequestBody.of(ctx).release();
      context.runOnContext(nothing -> ctx.fail(e));
      return;
    }
    exchange.setPattern(ExchangePattern.InOut);
    ExchangePrincipal.set(exchange, Guard.principal(ctx).orElseThrow());
    exchange.setProperty(Caller.GONE, ctx.get(Caller.GONE));
    Map<String, Object> asked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    var answered = new AtomicBoolean();
    Runnable answer =
        () -> {
          if (answered.compareAndSet(false, true)) {
            answer(exchange, Collections.unmodifiableMap(asked), ctx, context);
          }
        };
    try {
      createUoW(exchange);
      getEndpoint().getCamelContext().getInflightRepository().add(exchange, routeId());
      if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
        throw StatusException.shuttingDown(); // which began while the request waited for a thread
      }
      reader.read(exchange, ctx);
      asked.putAll(exchange.getMessage().getHeaders());
      processor.process(exchange, sync -> answer.run());
    } catch (Throwable e) {
      exchange.setException(e);
      answer.run();
    }
  }

  /** The caller gets a response also if this throws, be it an Error. */
  private void answer(
      Exchange exchange, Map<String, Object> asked, RoutingContext ctx, Context context) {
    Optional<ByteSource> live =
        exchange.getException() == null
            ? Answer.live(exchange, engine.streamThreads())
            : Optional.empty(); // the failure is the answer
    if (live.isEmpty()) {
      send(exchange, asked, ctx, context, () -> {});
      return;
    }
    String tenant = Guard.principal(ctx).orElseThrow().tenant();
    if (!engine.streams().take(tenant, 1)) {
      exchange.setException(engine.limits().tooManyStreams());
      send(exchange, asked, ctx, context, () -> {});
      return;
    }
    Runnable end =
        () -> {
          engine.streams().giveBack(tenant, 1);
          endless.remove(live.get());
        };
    try {
      ctx.<CompletionStage<?>>get(Caller.GONE).thenRun(live.get()::close);
      if (live.get().endless()) {
        closeOnShutdown(live.get());
      }
      engine.streamThreads().execute(() -> send(exchange, asked, ctx, context, end));
    } catch (RuntimeException | Error e) {
      exchange.setException(e);
      send(exchange, asked, ctx, context, end);
    }
  }

  private void closeOnShutdown(ByteSource source) {
    endless.add(source);
    if (isSuspendingOrSuspended()) {
      source.close();
    }
  }

  /** The beginning of a shutdown, which then waits for the requests in flight. */
  @Override
  protected void doSuspend() throws Exception {
    super.doSuspend();
    endless.forEach(ByteSource::close);
  }

  /**
   * Sends the response. The exchange is done when the caller has all of it, or has left.
   *
   * @param end called then
   */
  private void send(
      Exchange exchange,
      Map<String, Object> asked,
      RoutingContext ctx,
      Context context,
      Runnable end) {
    Runnable done =
        () -> {
          end.run();
          RequestBody.of(ctx).release();
          blocking(ctx, () -> done(exchange));
        };
    try {
      var given = Answer.of(exchange, asked, filter, engine.streamThreads());
      context.runOnContext(
          nothing -> given.write(ctx, engine.limits().idle()).onComplete(sent -> done.run()));
    } catch (Throwable thrown) {
      done.run();
      context.runOnContext(nothing -> ctx.fail(thrown));
    }
  }

  /** Each route that may block has threads of its own, so that it cannot delay others. */
  private void blocking(RoutingContext ctx, Runnable work) {
    if (ofTheServer) {
      ctx.vertx()
          .executeBlocking(
              () -> {
                work.run();
                return null;
              },
              false)
          .onFailure(ctx::fail);
    } else {
      RouteThreads.of(ctx).execute(work);
    }
  }

  private void done(Exchange exchange) {
    getEndpoint().getCamelContext().getInflightRepository().remove(exchange, routeId());
    doneUoW(exchange);
    releaseExchange(exchange, false);
  }
}
