package dev.caravanserai.cluster;

import java.time.Instant;
import java.util.Map;

/**
 * The health of a cluster.
 *
 * @param silences by namespace, where a watch has had no answer for some time: what is known of its
 *     sessions may be old
 * @param dropped how many updates each subscriber of the index has lost since the start, by its
 *     name; subscribers that lost none are absent
 */
public record ClusterHealth(Map<String, Silence> silences, Map<String, Long> dropped) {
  /**
   * @param since the last answer
   * @param why the watch, and what it failed with
   */
  public record Silence(Instant since, String why) {}

  public ClusterHealth {
    silences = Map.copyOf(silences);
    dropped = Map.copyOf(dropped);
  }
}
