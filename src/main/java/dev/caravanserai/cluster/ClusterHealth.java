package dev.caravanserai.cluster;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How a cluster fares.
 *
 * @param silentSince when it answered last, if it has not answered for some time: what is known of
 *     its sessions may be old
 * @param dropped how many updates each subscriber of the index has lost since the start, by its
 *     name; subscribers that lost none are absent
 */
public record ClusterHealth(Optional<Instant> silentSince, Map<String, Long> dropped) {
  public ClusterHealth {
    dropped = Map.copyOf(dropped);
  }
}
