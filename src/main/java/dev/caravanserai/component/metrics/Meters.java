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
 * Everything that is measured; docs/metrics.md lists it. Tags are few: never ids, never tenants.
 * Safe for use by several threads.
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
   * @param execsRunning how many execs run now
   * @param registry empty where nobody wants to know
   */
  public static Meters bind(
      Cluster cluster, Supplier<Number> execsRunning, Optional<MeterRegistry> registry) {
    return new Meters(cluster, execsRunning, registry.orElseGet(CompositeMeterRegistry::new));
  }

  /** Of planning, with which a start begins. */
  public Meter plan() {
    return starts::planning;
  }

  /** Of creating what was planned. */
  public Meter apply() {
    return starts::applying;
  }

  /**
   * Of waiting until a session is ready, with which a start ends.
   *
   * @param joined whether a start is a repeated request's
   */
  public Meter await(Predicate<Exchange> joined) {
    return exchange -> starts.awaiting(exchange, joined.test(exchange));
  }

  public Meter exec() {
    return execs;
  }

  /** Of ending a session whose time is over, or that somebody wants no more. */
  public Meter stop(Function<Exchange, SessionKey> session) {
    return exchange -> stops.stopping(session.apply(exchange));
  }

  /** Of ending a session that could not be started. */
  public Meter undo(Function<Exchange, SessionKey> session) {
    return exchange -> stops.undoing(session.apply(exchange));
  }

  /** The failure's code, or {@code INTERNAL} for what is a fault of ours or of a route. */
  static String code(Throwable failed) {
    return failed instanceof FailureException told ? told.failure().code().name() : "INTERNAL";
  }

  @Override
  public void close() {
    sessions.close();
  }
}
