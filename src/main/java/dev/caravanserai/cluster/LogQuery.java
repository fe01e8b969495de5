package dev.caravanserai.cluster;

import java.time.Instant;
import java.util.Optional;

/**
 * Selects a part of a container's log.
 *
 * @param tail the last lines only, 0 or more
 * @param since lines not older only
 * @param timestamps each line begins with its time, RFC 3339 UTC, and a space
 * @param previous of the container's previous instance
 * @param follow goes on with what is written later, until the container ends
 */
public record LogQuery(
    Optional<Integer> tail,
    Optional<Instant> since,
    boolean timestamps,
    boolean previous,
    boolean follow) {}
