package dev.caravanserai.component;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Optional;

/**
 * Everything that is measured; docs/metrics.md lists it. Tags are few: never ids, never tenants.
 */
final class Meters implements AutoCloseable {
  private final StartMeter starts;
  private final StopMeter stops;
  private final ExecMeter execs;
  private final AutoCloseable sessions;

  private Meters(PodServices services, MeterRegistry registry) {
    starts = new StartMeter(registry);
    stops = new StopMeter(registry, services.cluster().sessions());
    execs = new ExecMeter(registry, () -> services.execs().running());
    sessions = SessionMeter.bind(services.cluster().sessions(), registry);
    ClusterMeter.bind(services.cluster(), registry);
  }

  /**
   * @param registry empty where nobody wants to know
   */
  static Meters bind(PodServices services, Optional<MeterRegistry> registry) {
    return new Meters(services, registry.orElseGet(CompositeMeterRegistry::new));
  }

  PodOperation plan(PodOperation plan) {
    return new MeasuredOperation(plan, starts::planning);
  }

  PodOperation apply(PodOperation apply) {
    return new MeasuredOperation(apply, starts::applying);
  }

  PodOperation await(PodOperation await) {
    return new MeasuredOperation(await, starts::awaiting);
  }

  PodOperation exec(PodOperation exec) {
    return new MeasuredOperation(exec, execs);
  }

  PodOperation delete(PodOperation delete, boolean undo, SessionLookup lookup) {
    return new MeasuredOperation(
        delete, undo ? stops::undoing : exchange -> stops.stopping(lookup.key(exchange)));
  }

  @Override
  public void close() throws Exception {
    sessions.close();
  }
}
