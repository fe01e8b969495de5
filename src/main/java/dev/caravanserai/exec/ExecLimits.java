package dev.caravanserai.exec;

import dev.caravanserai.session.ExecSpec;
import java.time.Duration;

/**
 * Bounds of one exec.
 *
 * @param defaultTimeout for a request that names none
 * @param maxTimeout the most a request gets, whatever it names
 * @param outputBytes most bytes kept of each stream, half from its head and half from its tail; at
 *     least 16 KiB, for a runtime's refusal must fit
 * @param grace between TERM and KILL when it is ended early, at most 60 s
 */
public record ExecLimits(
    Duration defaultTimeout, Duration maxTimeout, int outputBytes, Duration grace) {

  private static final int LEAST_OUTPUT = 16 * 1024;
  private static final Duration MOST_GRACE = Duration.ofSeconds(60);

  public ExecLimits {
    if (outputBytes < LEAST_OUTPUT || grace.isNegative() || grace.compareTo(MOST_GRACE) > 0) {
      throw new IllegalArgumentException("outputBytes ≥ 16384 and 0 ≤ grace ≤ 60 s are needed");
    }
  }

  Duration timeout(ExecSpec spec) {
    Duration wanted = spec.timeout().orElse(defaultTimeout);
    return wanted.compareTo(maxTimeout) > 0 ? maxTimeout : wanted;
  }
}
