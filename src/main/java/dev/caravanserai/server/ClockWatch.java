package dev.caravanserai.server;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.quartz.QuartzEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that somebody set the machine's clock. Quartz waits for its next time by that clock: set
 * back by an hour, it would reap nothing for an hour. So its routes begin anew then.
 */
final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final Duration TOLD_FROM = Duration.ofSeconds(2);

  private final CamelContext context;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private Duration ahead;

  ClockWatch(CamelContext context) {
    this(context, InstantSource.system(), System::nanoTime);
  }

  /**
   * @param clock the one that may be set
   * @param nanos one that is never set
   */
  ClockWatch(CamelContext context, InstantSource clock, LongSupplier nanos) {
    this.context = context;
    this.clock = clock;
    this.nanos = nanos;
    this.ahead = ahead();
  }

  /** Looks every second until the context stops. */
  void start() {
    context
        .getExecutorServiceManager()
        .newSingleThreadScheduledExecutor(this, "clock")
        .scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  void look() {
    Duration before = ahead;
    ahead = ahead();
    Duration set = ahead.minus(before);
    if (set.abs().compareTo(TOLD_FROM) < 0) {
      return;
    }
    LOG.warn(
        "The machine's clock was set {} by {} s; sessions end by the new one. Keep it right with NTP.",
        set.isNegative() ? "back" : "ahead",
        set.abs().toSeconds());
    if (set.isNegative()) {
      context.getRoutes().stream()
          .filter(route -> route.getEndpoint() instanceof QuartzEndpoint)
          .map(Route::getRouteId)
          .forEach(this::beginAnew);
    }
  }

  private void beginAnew(String route) {
    try {
      context.getRouteController().stopRoute(route);
      context.getRouteController().startRoute(route);
    } catch (Exception e) {
      LOG.error(
          "Route {} did not begin anew after the clock was set back, and may not run until the old"
              + " time comes again: start the server again",
          route,
          e);
    }
  }

  private Duration ahead() {
    return Duration.ofMillis(clock.millis()).minusNanos(nanos.getAsLong());
  }
}
