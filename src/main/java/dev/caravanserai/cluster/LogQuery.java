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
 * @param limitBytes no more than that many, the last ones
 */
public record LogQuery(
    Optional<Integer> tail,
    Optional<Instant> since,
    boolean timestamps,
    boolean previous,
    long limitBytes) {}
