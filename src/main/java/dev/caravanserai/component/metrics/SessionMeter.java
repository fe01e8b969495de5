package dev.caravanserai.component.metrics;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The number of sessions by profile and state, as the index knows them. */
final class SessionMeter {
  private static final int QUEUE = 10_000;

  private final SessionIndex index;
  private final MeterRegistry registry;
  private final Set<String> profiles = ConcurrentHashMap.newKeySet();

  private SessionMeter(SessionIndex index, MeterRegistry registry) {
    this.index = index;
    this.registry = registry;
  }

  /**
   * @return closes the subscription
   */
  static Subscription bind(SessionIndex index, MeterRegistry registry) {
    SessionMeter meter = new SessionMeter(index, registry);
    Subscription subscription =
        index.subscribe(
            "metrics",
            QUEUE,
            new SessionListener() {
              @Override
              public void onUpdate(SessionUpdate update) {
                meter.seen(update.session());
              }

              @Override
              public void onDropped(long dropped) {
                index.all().forEach(meter::seen);
              }
            });
    index.all().forEach(meter::seen);
    return subscription;
  }

  private void seen(Session session) {
    if (profiles.add(session.profile())) {
      // STOPPED sessions are no longer in the index.
      Arrays.stream(State.values())
          .filter(state -> state != State.STOPPED)
          .forEach(state -> register(session.profile(), state));
    }
  }

  private void register(String profile, State state) {
    Gauge.builder("caravanserai.sessions", () -> index.count(profile, state))
        .description("Sessions on the cluster")
        .tag("profile", profile)
        .tag("state", state.name())
        .register(registry);
  }
}
