package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Ends of sessions by their reason, and how late those came whose time was over. */
final class StopMeter {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(1)
  };

  private final SessionIndex index;
  private final Counter asked;
  private final Counter expired;
  private final Counter failedStart;
  private final Timer lateness;

  StopMeter(MeterRegistry registry, SessionIndex index) {
    this.index = index;
    this.asked = counter(registry, "asked");
    this.expired = counter(registry, "expired");
    this.failedStart = counter(registry, "failedStart");
    this.lateness =
        Timer.builder("caravanserai.reaper.lateness")
            .description("From the end of a session's time to its being ended")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String reason) {
    return Counter.builder("caravanserai.session.stops")
        .description("Sessions that were ended")
        .tag("reason", reason)
        .register(registry);
  }

  /** Of {@code pod:delete?undo=true}, which always fails: with what made the start fail. */
  MeasuredOperation.End undoing(Exchange exchange) {
    return (nothing, failed) ->
        failed
            .filter(why -> why.getSuppressed().length == 0)
            .ifPresent(w -> failedStart.increment());
  }

  /** Of {@code pod:delete}. A session that is ending already is not counted again. */
  MeasuredOperation.End stopping(SessionKey key) {
    Instant now = Instant.now();
    Optional<Instant> due = index.dueAt(key).filter(at -> !at.isAfter(now));
    boolean ending = index.find(key).map(Session::state).filter(State.STOPPING::equals).isPresent();
    return (nothing, failed) -> {
      if (failed.isEmpty() && !ending) {
        due.ifPresentOrElse(at -> late(Duration.between(at, now)), asked::increment);
      }
    };
  }

  private void late(Duration by) {
    expired.increment();
    lateness.record(by);
  }
}
