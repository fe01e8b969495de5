package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Sessions;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** Notes on the anchor that a session was used, at most every 30 s. */
final class Activity {
  private static final Duration AT_MOST_EVERY = Duration.ofSeconds(30);

  private final Cluster cluster;

  Activity(Cluster cluster) {
    this.cluster = cluster;
  }

  void used(Session session) {
    Instant now = Instant.now();
    if (now.isBefore(session.lastActivityAt().plus(AT_MOST_EVERY))) {
      return;
    }
    cluster
        .sessions()
        .anchor(Sessions.key(session))
        .ifPresent(
            anchor ->
                cluster.annotate(
                    ObjectRef.to(anchor),
                    Map.of(
                        Annotations.LAST_ACTIVITY, now.truncatedTo(ChronoUnit.MILLIS).toString())));
  }
}
