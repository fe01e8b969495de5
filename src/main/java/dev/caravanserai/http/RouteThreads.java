package dev.caravanserai.http;

import dev.caravanserai.cluster.ContinuationPool;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of one HTTP route that is not of the server's API. A step that blocks holds one of them,
 * so it delays neither another route, nor the API, health and metrics. A request waits up to
 * {@value #WAIT_SECONDS} s for a thread and is then refused.
 */
final class RouteThreads implements Executor {
  private static final String KEY = RouteThreads.class.getName();
  private static final int WAIT_SECONDS = 5;
  private static final int MOST_WAITING = 1000;

  private final HttpLimits limits;
  private final ContinuationPool pool;

  RouteThreads(HttpLimits limits) {
    this.limits = limits;
    this.pool = new ContinuationPool("http-route-", limits.routeThreads());
  }

  /** Those on which the route of a request was started. */
  static RouteThreads of(RoutingContext ctx) {
    return ctx.get(KEY);
  }

  /**
   * Starts a route on a thread, or refuses the request. A request that ends while it waits is not
   * started. On the request's event loop.
   *
   * @param notStarted runs if the route does not
   */
  void start(RoutingContext ctx, Runnable route, Runnable notStarted) {
    ctx.put(KEY, this);
    if (pool.getQueue().size() >= MOST_WAITING) {
      notStarted.run();
      ctx.fail(limits.noThread());
      return;
    }
    pool.execute(route);
    long timer =
        ctx.vertx()
            .setTimer(
                TimeUnit.SECONDS.toMillis(WAIT_SECONDS),
                late -> {
                  if (pool.remove(route)) {
                    notStarted.run();
                    ctx.fail(limits.noThread());
                  }
                });
    ctx.addEndHandler(
        ended -> {
          ctx.vertx().cancelTimer(timer);
          if (pool.remove(route)) {
            notStarted.run();
          }
        });
  }

  /** Runs the rest of a request that has been started. */
  @Override
  public void execute(Runnable rest) {
    pool.execute(rest);
  }

  void close() {
    pool.shutdown();
  }
}
