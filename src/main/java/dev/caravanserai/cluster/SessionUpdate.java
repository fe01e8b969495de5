package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/**
 * An anchor or a pod of a session was created, changed or deleted, as it became known.
 *
 * @param object the anchor or pod; as it was last known if it is deleted
 * @param before the session before; empty if it is new
 * @param session as it is now, often equal to what it was: a change of the object need not show in
 *     it; {@link State#STOPPED} once it is gone
 */
public record SessionUpdate(HasMetadata object, Optional<Session> before, Session session) {

  /** Whether the session is new, or in another state than before. */
  public boolean transition() {
    return before.filter(b -> b.state() == session.state()).isEmpty();
  }
}
