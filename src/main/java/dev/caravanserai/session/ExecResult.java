package dev.caravanserai.session;

import java.time.Duration;
import java.util.Objects;

/**
 * What one exec came to.
 *
 * @param stdout what was written, also when it was ended early
 * @param duration from the request to the end, connection included
 */
public record ExecResult(
    String execId, Outcome outcome, Output stdout, Output stderr, Duration duration) {

  /**
   * The bytes of one stream.
   *
   * @param bytes what was kept: all, or head and tail
   * @param total how many bytes were written
   */
  public record Output(byte[] bytes, long total) {
    public boolean truncated() {
      return total > bytes.length;
    }
  }

  public ExecResult {
    Objects.requireNonNull(execId, "execId");
    Objects.requireNonNull(outcome, "outcome");
  }
}
