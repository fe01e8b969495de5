package dev.caravanserai.component.metrics;

import dev.caravanserai.profile.Plan;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * Starts of sessions, from the plan to readiness or failure. A request that planning refuses
 * creates nothing and does not count as a start.
 */
final class StartMeter {
  private static final String SAMPLE = "CamelPodStartSample";
  private static final String PROFILE = "CamelPodStartProfile";
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5)
  };

  private final MeterRegistry registry;

  StartMeter(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Of {@code pod:plan}. */
  Meter.End planning(Exchange exchange) {
    exchange.setProperty(SAMPLE, Timer.start(registry));
    return (plan, failed) ->
        plan.ifPresent(p -> exchange.setProperty(PROFILE, ((Plan) p).profile()));
  }

  /** Of {@code pod:anchor} and {@code pod:objects}: the next step goes on unless it fails. */
  Meter.End creating(Exchange exchange) {
    return (plan, failed) -> failed.ifPresent(why -> record(exchange, Meters.code(why)));
  }

  /** Of {@code pod:await}. */
  Meter.End awaiting(Exchange exchange, boolean joined) {
    String ready = joined ? "joined" : "ready";
    return (session, failed) -> record(exchange, failed.map(Meters::code).orElse(ready));
  }

  private void record(Exchange exchange, String result) {
    String profile = exchange.getProperty(PROFILE, "", String.class);
    Optional.ofNullable(exchange.getProperty(SAMPLE, Timer.Sample.class))
        .ifPresent(sample -> sample.stop(timer(profile, result)));
  }

  private Timer timer(String profile, String result) {
    return Timer.builder("caravanserai.session.start")
        .description("Duration of session starts, from the plan to readiness or failure")
        .tag("profile", profile)
        .tag("result", result)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
