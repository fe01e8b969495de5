package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import java.util.Optional;

/**
 * A session changed its state.
 *
 * @param session as it is now; {@link State#STOPPED} once it is gone
 * @param previous empty when it is new
 */
public record SessionChange(Session session, Optional<State> previous) {}
