package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;

/** Small questions about sessions on a cluster. */
public final class Sessions {
  private Sessions() {}

  /** The same session in another state. */
  public static Session inState(Session s, State state) {
    return new Session(
        s.id(),
        s.tenant(),
        s.profile(),
        state,
        s.image(),
        s.cluster(),
        s.namespace(),
        s.container(),
        s.pod(),
        s.storage(),
        s.createdAt(),
        s.startedAt(),
        s.lastActivityAt(),
        s.expiresAt(),
        s.failure(),
        s.labels(),
        s.metadata());
  }

  /** How an anchor keeps a failure ({@link dev.caravanserai.session.Annotations#FAILURE}). */
  public static String failureAnnotation(Failure failure) {
    return SessionReader.writeFailure(failure);
  }
}
