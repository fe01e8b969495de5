package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.RouteEvent;
import org.apache.camel.spi.CamelEvent.RouteStartedEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A clock that is set back stops no reaping. */
class ClockWatchTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger fired = new AtomicInteger();
  private final List<String> started = new ArrayList<>();
  private CamelContext context;
  private ClockWatch watch;

  @BeforeEach
  void start() throws Exception {
    context = new DefaultCamelContext();
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("quartz:reaper/due?trigger.repeatInterval=50&trigger.repeatCount=-1&stateful=true")
                .routeId("reaper")
                .process(exchange -> fired.incrementAndGet());
            from("direct:other").routeId("other").process(exchange -> fired.get());
          }
        });
    context.start();
    context
        .getManagementStrategy()
        .addEventNotifier(
            new SimpleEventNotifierSupport() {
              @Override
              public void notify(CamelEvent event) {
                if (event instanceof RouteStartedEvent) {
                  Route route = ((RouteEvent) event).getRoute();
                  started.add(route.getRouteId());
                }
              }
            });
    watch = new ClockWatch(context, now::get, nanos::get);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void set_back_by_an_hour_every_quartz_route_begins_anew_and_fires() {
    // When
    passes(Duration.ofSeconds(1), Duration.ofSeconds(1).minusHours(1));
    watch.look();
    int before = fired.get();

    // Then
    assertThat(started).containsExactly("reaper");
    await().until(() -> fired.get() > before + 1);
  }

  @Test
  void a_clock_that_runs_well_or_is_set_ahead_changes_nothing() {
    // When
    passes(Duration.ofSeconds(1), Duration.ofMillis(1200));
    watch.look();
    passes(Duration.ofSeconds(1), Duration.ofHours(1));
    watch.look();

    // Then
    assertThat(started).isEmpty();
  }

  private void passes(Duration time, Duration byTheClock) {
    nanos.addAndGet(time.toNanos());
    now.updateAndGet(t -> t.plus(byTheClock));
  }
}
