package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** Notes on the anchor that a session was used, at most every 30 s. */
public final class Activity {
  private static final Duration AT_MOST_EVERY = Duration.ofSeconds(30);

  private final Cluster cluster;

  public Activity(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Returns at once; what becomes of the note is nobody's to wait for. */
  public void used(Session session) {
    Instant now = Instant.now();
    if (now.isBefore(session.lastActivityAt().plus(AT_MOST_EVERY))) {
      return;
    }
    cluster
        .sessions()
        .anchor(session.key())
        .ifPresent(
            anchor ->
                cluster
                    .objects()
                    .annotate(
                        ObjectRef.to(anchor),
                        Map.of(
                            Annotations.LAST_ACTIVITY,
                            now.truncatedTo(ChronoUnit.MILLIS).toString())));
  }
}
