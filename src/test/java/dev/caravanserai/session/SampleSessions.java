package dev.caravanserai.session;

import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Sessions for tests: pending and without optional parts, with changes. */
public final class SampleSessions {
  private SampleSessions() {}

  public static Session of(SessionKey key, UnaryOperator<SessionBuilder> changes) {
    SessionBuilder pending =
        SessionBuilder.builder()
            .id(key.id())
            .tenant(key.tenant())
            .cluster(key.cluster())
            .profile("")
            .state(State.PENDING)
            .image("")
            .namespace("")
            .container("")
            .createdAt(Instant.EPOCH)
            .lastActivityAt(Instant.EPOCH)
            .expiresAt(Instant.EPOCH)
            .labels(Map.of())
            .metadata(Map.of());
    return changes.apply(pending).build();
  }
}
