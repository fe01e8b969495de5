package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.FailureException;
import io.vertx.core.Context;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
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
import java.util.concurrent.Executor;
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
  private final List<Runnable> onStop = new ArrayList<>();
  private final Set<ByteSource> endless = ConcurrentHashMap.newKeySet();

  HttpConsumer(
      Endpoint endpoint, Processor processor, HttpEngine engine, HeaderFilterStrategy filter) {
    super(endpoint, processor);
    this.engine = engine;
    this.filter = filter;
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
   * @throws IllegalArgumentException if another route takes some of them already
   */
  void open(Entrance entrance, Reader reader, AsyncProcessor processor) {
    Router router = engine.claim(entrance);
    Route route = router.routeWithRegex(entrance.path().regex()).order(engine.order(entrance));
    entrance.methods().forEach(route::method);
    route.handler(ctx -> admit(ctx, entrance.scope()));
    if (entrance.webSocket()) {
      route.handler(this::webSocket);
    }
    if (entrance.timeoutMillis() > 0) {
      TimeoutHandler timeout = TimeoutHandler.create(entrance.timeoutMillis(), 504);
      route.handler(timeout::handle);
    }
    BodyHandler body = BodyHandler.create(false).setBodyLimit(engine.limits().bodyBytes());
    route
        .handler(ctx -> receive(ctx, body))
        .handler(ctx -> handle(ctx, reader, processor))
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
  private void admit(RoutingContext ctx, String scope) {
    var type = ctx.parsedHeaders().contentType().value().toLowerCase(Locale.ROOT);
    var encoding = Optional.ofNullable(ctx.request().getHeader("Content-Encoding")).orElse("");
    if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
      ctx.fail(503);
    } else if (Guard.principal(ctx).isEmpty()) {
      ctx.next(); // a probe's path, which a prefix does not take
    } else if (!Guard.permits(ctx, scope)) {
      Guard.forbid(ctx, scope);
    } else if (type.startsWith("application/x-www-form-urlencoded")
        || type.startsWith("multipart/")) {
      refuse(ctx, "Forms are not taken: send application/json.");
    } else if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
      ctx.response().putHeader("Accept-Encoding", "identity");
      refuse(ctx, "The body must come as it is, without Content-Encoding: %s.".formatted(encoding));
    } else {
      ctx.next();
    }
  }

  /** The handshake of a WebSocket, which has no body, reads the request itself. */
  private static void receive(RoutingContext ctx, BodyHandler body) {
    if (WebSockets.requested(ctx)) {
      ctx.next();
    } else {
      body.handle(ctx);
    }
  }

  private void webSocket(RoutingContext ctx) {
    try {
      WebSockets.request(ctx);
      ctx.next();
    } catch (FailureException e) {
      Problem.of(e).write(ctx.response());
    }
  }

  /** RFC 9110, 15.5.16. */
  private static void refuse(RoutingContext ctx, String why) {
    Problems.of(new StatusException(415, why), "").write(ctx.response());
  }

  private void handle(RoutingContext ctx, Reader reader, AsyncProcessor processor) {
    if (Guard.principal(ctx).isEmpty()) {
      ctx.next();
      return;
    }
    Reception.complete(ctx);
    var exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    Guard.principal(ctx).ifPresent(who -> ExchangePrincipal.set(exchange, who));
    var gone = Caller.gone(ctx);
    ctx.put(Caller.GONE, gone);
    exchange.setProperty(Caller.GONE, gone);
    var context = ctx.vertx().getOrCreateContext();
    ctx.vertx()
        .executeBlocking(
            () -> {
              run(exchange, ctx, context, reader, processor);
              return null;
            },
            false)
        .onFailure(ctx::fail);
  }

  private void run(
      Exchange exchange,
      RoutingContext ctx,
      Context context,
      Reader reader,
      AsyncProcessor processor)
      throws Exception {
    createUoW(exchange);
    getEndpoint().getCamelContext().getInflightRepository().add(exchange, routeId());
    Map<String, Object> asked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    var answered = new AtomicBoolean();
    Runnable answer =
        () -> {
          if (answered.compareAndSet(false, true)) {
            answer(exchange, Collections.unmodifiableMap(asked), ctx, context);
          }
        };
    try {
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
    var streams = engine.streams();
    var live = Answer.live(exchange, streams);
    if (live.isEmpty()) {
      answer(exchange, asked, ctx, context, work -> blocking(ctx, work), () -> {});
      return;
    }
    String tenant = Guard.principal(ctx).orElseThrow().tenant();
    if (!streams.enter(tenant)) {
      exchange.setException(engine.limits().tooManyStreams());
      answer(exchange, asked, ctx, context, streams, () -> {});
      return;
    }
    Runnable end =
        () -> {
          streams.leave(tenant);
          endless.remove(live.get());
        };
    try {
      ctx.<CompletionStage<?>>get(Caller.GONE).thenRun(live.get()::close);
      if (live.get().endless()) {
        closeOnShutdown(live.get());
      }
      streams.execute(() -> answer(exchange, asked, ctx, context, streams, end));
    } catch (RuntimeException | Error e) {
      exchange.setException(e);
      answer(exchange, asked, ctx, context, streams, end);
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
   * @param reads runs the reads of a stream
   * @param end called once the body has been read
   */
  private void answer(
      Exchange exchange,
      Map<String, Object> asked,
      RoutingContext ctx,
      Context context,
      Executor reads,
      Runnable end) {
    var idle = engine.limits().idle();
    try {
      var given = Answer.of(exchange, asked, filter, reads);
      if (given.rest().isPresent()) {
        context.runOnContext(
            nothing ->
                given
                    .write(ctx, idle)
                    .onComplete(sent -> blocking(ctx, () -> done(exchange, end))));
        return;
      }
      context.runOnContext(nothing -> given.write(ctx, idle));
    } catch (Throwable thrown) {
      context.runOnContext(nothing -> ctx.fail(thrown));
    }
    done(exchange, end);
  }

  private static void blocking(RoutingContext ctx, Runnable work) {
    ctx.vertx()
        .executeBlocking(
            () -> {
              work.run();
              return null;
            },
            false);
  }

  private void done(Exchange exchange, Runnable end) {
    end.run();
    getEndpoint().getCamelContext().getInflightRepository().remove(exchange, routeId());
    doneUoW(exchange);
    releaseExchange(exchange, false);
  }
}
