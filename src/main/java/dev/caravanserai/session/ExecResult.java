package dev.caravanserai.session;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * The result of an exec.
 *
 * @param stdout output, also if the command was ended early
 * @param duration from the request to the end, connection included
 * @param encoding how the output is written as JSON
 */
@RecordBuilder
public record ExecResult(
    String execId,
    Outcome outcome,
    Output stdout,
    Output stderr,
    Duration duration,
    ExecSpec.Encoding encoding)
    implements ExecResultBuilder.With {

  /**
   * The bytes of one stream.
   *
   * @param bytes the bytes that were kept: all, or head and tail
   * @param total number of bytes written
   */
  public record Output(byte[] bytes, long total) {
    /** Decoded as UTF-8; invalid UTF-8 becomes U+FFFD. */
    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    public boolean truncated() {
      return total > bytes.length;
    }

    /** {@link #text}, so that routes can write {@code ${body.stdout}}. */
    @Override
    public String toString() {
      return text();
    }
  }

  public ExecResult(
      String execId, Outcome outcome, Output stdout, Output stderr, Duration duration) {
    this(execId, outcome, stdout, stderr, duration, ExecSpec.Encoding.UTF8);
  }

  /** The code that the command exited with; null if it did not exit. For expressions in routes. */
  public Integer exitCode() {
    return outcome instanceof Outcome.Exited exited ? exited.code() : null;
  }

  public ExecResult {
    Objects.requireNonNull(execId, "execId");
    Objects.requireNonNull(outcome, "outcome");
  }
}
