package dev.caravanserai.component.metrics;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * All metrics; docs/metrics.md lists them. Tags never contain ids or tenants, so cardinality stays
 * low. Thread-safe.
 */
public final class Meters implements AutoCloseable {
  private final StartMeter starts;
  private final StopMeter stops;
  private final ExecMeter execs;
  private final Subscription sessions;

  private Meters(Cluster cluster, Supplier<Number> execsRunning, MeterRegistry registry) {
    starts = new StartMeter(registry);
    stops = new StopMeter(registry, cluster.sessions());
    execs = new ExecMeter(registry, execsRunning);
    sessions = SessionMeter.bind(cluster.sessions(), registry);
    ClusterMeter.bind(cluster, registry);
  }

  /**
   * @param execsRunning the current number of running execs
   * @param registry empty to discard all metrics
   */
  public static Meters bind(
      Cluster cluster, Supplier<Number> execsRunning, Optional<MeterRegistry> registry) {
    return new Meters(cluster, execsRunning, registry.orElseGet(CompositeMeterRegistry::new));
  }

  /** Measures planning, the first step of a start. */
  public Meter plan() {
    return starts::planning;
  }

  /** Measures the creation of the planned objects. */
  public Meter create() {
    return starts::creating;
  }

  /**
   * Measures the wait for readiness, the last step of a start.
   *
   * @param joined whether the exchange joined the start of an earlier, equal request
   */
  public Meter await(Predicate<Exchange> joined) {
    return exchange -> starts.awaiting(exchange, joined.test(exchange));
  }

  public Meter exec() {
    return execs;
  }

  /** Measures the end of a session that has expired or was stopped on request. */
  public Meter stop(Function<Exchange, SessionKey> session) {
    return exchange -> stops.stopping(session.apply(exchange));
  }

  /**
   * Measures the end of a session whose start failed.
   *
   * @param start the session, if this request began it
   */
  public Meter undo(Function<Exchange, Optional<SessionKey>> start) {
    return exchange -> stops.undoing(start.apply(exchange));
  }

  /** The failure's code, or {@code INTERNAL} for an error in our code or in a route. */
  static String code(Throwable failed) {
    return failed instanceof FailureException told ? told.failure().code().name() : "INTERNAL";
  }

  @Override
  public void close() {
    sessions.close();
  }
}
