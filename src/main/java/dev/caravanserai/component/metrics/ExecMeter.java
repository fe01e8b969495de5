package dev.caravanserai.component.metrics;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/** Execs by outcome, and the number of running ones. */
final class ExecMeter implements Meter {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(10)
  };

  private final MeterRegistry registry;
  private final Counter outCut;
  private final Counter errCut;

  ExecMeter(MeterRegistry registry, Supplier<Number> running) {
    this.registry = registry;
    this.outCut = cut("stdout");
    this.errCut = cut("stderr");
    Gauge.builder("caravanserai.execs.running", running)
        .description("Execs that are running")
        .register(registry);
  }

  private Counter cut(String stream) {
    return Counter.builder("caravanserai.exec.truncated")
        .description("Execs whose output on a stream was truncated")
        .tag("stream", stream)
        .register(registry);
  }

  @Override
  public End begin(Exchange exchange) {
    Timer.Sample sample = Timer.start(registry);
    return (result, failed) -> {
      Optional<ExecResult> ended = result.map(ExecResult.class::cast);
      sample.stop(
          failed
              .map(why -> timer("notTried", Meters.code(why)))
              .orElseGet(() -> ended.map(ExecResult::outcome).map(this::timer).orElseThrow()));
      ended.filter(e -> e.stdout().truncated()).ifPresent(e -> outCut.increment());
      ended.filter(e -> e.stderr().truncated()).ifPresent(e -> errCut.increment());
    };
  }

  private Timer timer(Outcome outcome) {
    String code = "";
    if (outcome instanceof Outcome.Exited exited) {
      code = exited.code() == 0 ? "0" : "other";
    } else if (outcome instanceof Outcome.NotStarted not) {
      code = not.failure().code().name();
    } else if (outcome instanceof Outcome.ConnectionLost lost) {
      code = lost.failure().code().name();
    } else if (outcome instanceof Outcome.PodGone gone) {
      code = gone.failure().code().name();
    }
    return timer(outcome.word(), code);
  }

  private Timer timer(String outcome, String code) {
    return Timer.builder("caravanserai.exec")
        .description("Duration of execs, from request to outcome")
        .tag("outcome", outcome)
        .tag("code", code)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
