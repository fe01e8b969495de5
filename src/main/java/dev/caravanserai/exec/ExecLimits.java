package dev.caravanserai.exec;

import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import java.time.Duration;

/**
 * Bounds of execs.
 *
 * @param defaultTimeout for a request that names none
 * @param maxTimeout the most that a request may name
 * @param outputBytes most bytes kept of each stream, half from its head and half from its tail
 * @param memoryBytes most bytes that all running execs keep of their output
 * @param grace between TERM and KILL when one is ended early
 * @param parallel most execs at once, at least 1
 */
public record ExecLimits(
    Duration defaultTimeout,
    Duration maxTimeout,
    int outputBytes,
    long memoryBytes,
    Duration grace,
    int parallel) {

  Duration timeout(ExecSpec spec) {
    spec.timeout()
        .filter(wanted -> wanted.compareTo(maxTimeout) > 0)
        .ifPresent(
            wanted -> {
              throw InvalidRequestException.at(
                  "/timeoutSeconds",
                  "is %s s; the longest is %s s (caravanserai.exec.max-timeout)"
                      .formatted(seconds(wanted), seconds(maxTimeout)));
            });
    Duration usual = defaultTimeout.compareTo(maxTimeout) > 0 ? maxTimeout : defaultTimeout;
    return spec.timeout().orElse(usual);
  }

  private static String seconds(Duration duration) {
    return String.valueOf(duration.toMillis() / 1000.0).replaceFirst("\\.0$", "");
  }
}
