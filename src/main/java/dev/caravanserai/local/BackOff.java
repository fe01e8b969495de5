package dev.caravanserai.local;

import java.time.Duration;

/**
 * How long a container that ended waits for its restart: not at all, then 1, 2, 4 … 30 s, and not
 * at all again once it has run for a minute. The times of a real kubelet are ten times as long.
 */
final class BackOff {
  private static final long MAX_SECONDS = 30;
  private int restarts;

  /**
   * @param ran between its last start and its end
   */
  long secondsAfter(Duration ran) {
    restarts = ran.toSeconds() < 2 * MAX_SECONDS ? restarts : 0;
    long seconds = restarts == 0 ? 0 : Math.min(MAX_SECONDS, 1L << Math.min(5, restarts - 1));
    restarts++;
    return seconds;
  }
}
