package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Says when a session should be gone. */
final class DueTime {
  /** Whoever started it gives up at {@code start-by}, and undoes the start. */
  private static final Duration FOR_UNDOING = Duration.ofSeconds(5);

  /** The watch of anchors may be behind that of pods. */
  private static final Duration FOR_ITS_ANCHOR = Duration.ofSeconds(30);

  private DueTime() {}

  /**
   * Its expiry, or earlier the end of the time it had to start: whoever waited for it, and would
   * have undone a start that failed, may have been killed.
   */
  static Instant of(ConfigMap anchor, Session session) {
    Instant expires = session.expiresAt();
    return SessionReader.instant(anchor, Annotations.START_BY)
        .filter(startBy -> !started(anchor, session))
        .map(startBy -> startBy.plus(FOR_UNDOING))
        .filter(expires::isAfter)
        .orElse(expires);
  }

  private static boolean started(ConfigMap anchor, Session session) {
    Map<String, String> marks = SessionReader.annotations(anchor);
    return switch (session.state()) {
      case PENDING -> false;
      case FAILED -> session.startedAt().isPresent() || marks.containsKey(Annotations.FAILURE);
      default -> true;
    };
  }

  /** Of a pod that has no anchor, though nobody ends it. */
  static Instant ofOrphan(Instant since) {
    return since.plus(FOR_ITS_ANCHOR);
  }
}
