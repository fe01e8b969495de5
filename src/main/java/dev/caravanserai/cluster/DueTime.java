package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.time.Instant;

/** Says when a session should be gone. */
final class DueTime {
  /** The request that started it gives up at {@code start-by}, and then undoes the start. */
  private static final Duration FOR_UNDOING = Duration.ofSeconds(5);

  private DueTime() {}

  /**
   * Its expiry, or earlier the end of the time it had to start, if it never was ready: whoever
   * waited for it, and would have undone a failed start, may have been killed. A failure that is
   * kept to be read is kept until the expiry.
   */
  static Instant of(ConfigMap anchor, Session session, boolean started) {
    Instant expires = session.expiresAt();
    boolean starts =
        !started
            && (session.state() == State.PENDING || session.state() == State.FAILED)
            && FailureAnnotation.of(anchor).isEmpty();
    return Times.startBy(anchor)
        .filter(startBy -> starts)
        .map(startBy -> startBy.plus(FOR_UNDOING))
        .filter(expires::isAfter)
        .orElse(expires);
  }
}
