package dev.caravanserai.http;

import dev.caravanserai.session.Principal;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.Method;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;

/**
 * Lets HTTP requests into one route. A worker thread starts the route and is free again as soon as
 * the route waits for something; whoever ends the wait writes the answer.
 *
 * <p>A request that is being answered counts as in flight, so a shutdown waits for it. A caller who
 * goes away does not end the route; its steps are told ({@link Caller#GONE}), and what they then do
 * is theirs to say.
 */
final class HttpConsumer extends DefaultConsumer implements PlatformHttpConsumer, Suspendable {
  private static final String ALLOWED = HttpConsumer.class.getName() + ".allowed";

  /** Where a path is a prefix of another, the longer one is asked first. */
  private static final int LAST = 1_000_000;

  private final Router router;
  private final long maxBody;
  private final Set<HttpMethod> methods;
  private RequestMessage requests;
  private Route route;
  private Route missed;

  HttpConsumer(PlatformHttpEndpoint endpoint, Processor processor, Router router, long maxBody) {
    super(endpoint, processor);
    this.router = router;
    this.maxBody = maxBody;
    this.methods =
        Method.parseList(endpoint.getHttpMethodRestrict()).stream()
            .map(method -> HttpMethod.valueOf(method.name()))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** The methods of consumers that know the path, but not the method it was asked with. */
  static Set<String> allowed(RoutingContext ctx) {
    return Optional.<Set<String>>ofNullable(ctx.get(ALLOWED)).orElse(Set.of());
  }

  @Override
  public PlatformHttpEndpoint getEndpoint() {
    return (PlatformHttpEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    requests = new RequestMessage(getEndpoint().getHeaderFilterStrategy());
    route = router.route(path());
    if (path().endsWith("*")) {
      route.order(LAST - path().length());
    }
    methods.forEach(route::method);
    missed = router.route(path()).order(LAST).handler(this::wrongMethod);
    route.handler(this::admit);
    if (getEndpoint().getRequestTimeout() > 0) {
      var timeout = TimeoutHandler.create(getEndpoint().getRequestTimeout(), 504);
      route.handler(timeout::handle);
    }
    var body = BodyHandler.create(false).setBodyLimit(maxBody);
    route.handler(body::handle).handler(this::handle).failureHandler(HttpEngine::failed);
  }

  @Override
  protected void doStop() throws Exception {
    if (route != null) {
      route.remove();
      missed.remove();
      route = null;
    }
    super.doStop();
  }

  /** Camel's {@code /path/{key}} is {@code /path/:key} in Vert.x. */
  private String path() {
    var path = getEndpoint().getPath();
    if (getEndpoint().isMatchOnUriPrefix() && !path.endsWith("*")) {
      path += "*";
    }
    return path.replaceAll("\\{([^/}]+)}", ":$1");
  }

  /** Reached only if {@link #route} did not match: leaves word for whoever answers. */
  private void wrongMethod(RoutingContext ctx) {
    var allowed = new TreeSet<>(allowed(ctx));
    methods.forEach(method -> allowed.add(method.name()));
    ctx.put(ALLOWED, allowed).next();
  }

  /** Before the body is read. */
  private void admit(RoutingContext ctx) {
    var type = ctx.parsedHeaders().contentType().value().toLowerCase(Locale.ROOT);
    var encoding = Optional.ofNullable(ctx.request().getHeader("Content-Encoding")).orElse("");
    if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
      ctx.response().putHeader("Retry-After", "5");
      ctx.fail(503);
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

  /** RFC 9110, 15.5.16. */
  private static void refuse(RoutingContext ctx, String why) {
    Problems.of(new StatusException(415, why), "").write(ctx.response());
  }

  private void handle(RoutingContext ctx) {
    var principal = Guard.principal(ctx);
    if (principal.isEmpty()) {
      ctx.next(); // a probe's path, which is not ours to answer
      return;
    }
    var exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    requests.fill(exchange, ctx);
    exchange.setProperty(Principal.PROPERTY, principal.get());
    exchange.setProperty(Caller.GONE, Caller.gone(ctx));
    Map<String, Object> asked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    asked.putAll(exchange.getMessage().getHeaders());
    var context = ctx.vertx().getOrCreateContext();
    ctx.vertx()
        .executeBlocking(
            () -> {
              run(exchange, Collections.unmodifiableMap(asked), ctx, context);
              return null;
            },
            false)
        .onFailure(ctx::fail);
  }

  private void run(
      Exchange exchange, Map<String, Object> asked, RoutingContext ctx, Context context)
      throws Exception {
    createUoW(exchange);
    var answered = new AtomicBoolean();
    Runnable answer =
        () -> {
          if (answered.compareAndSet(false, true)) {
            answer(exchange, asked, ctx, context);
            doneUoW(exchange);
            releaseExchange(exchange, false);
          }
        };
    try {
      getAsyncProcessor()
          .process(exchange, sync -> Operations.goOn(exchange, doneSync -> answer.run()));
    } catch (RuntimeException e) {
      exchange.setException(e);
      answer.run();
    }
  }

  /** Whatever goes wrong here, an Error too, no caller is left to wait. */
  private void answer(
      Exchange exchange, Map<String, Object> asked, RoutingContext ctx, Context context) {
    try {
      var given = Answer.of(exchange, asked, getEndpoint().getHeaderFilterStrategy());
      context.runOnContext(nothing -> given.write(ctx.response()));
    } catch (Throwable thrown) {
      context.runOnContext(nothing -> ctx.fail(thrown));
    }
  }
}
