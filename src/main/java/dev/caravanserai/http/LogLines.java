package dev.caravanserai.http;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** Splits a log into the lines of the contract's schema {@code Logs}. Bean {@code logLines}. */
public final class LogLines {
  /**
   * @param time present if time stamps were requested and the line begins with one
   */
  public record Line(String text, Optional<Instant> time) {}

  public record Lines(List<Line> items) {}

  /**
   * @param log in UTF-8
   * @param timestamps whether each line begins with its time and a space
   */
  public Lines of(byte[] log, boolean timestamps) {
    return new Lines(
        new String(log, StandardCharsets.UTF_8)
            .lines()
            .map(line -> timestamps ? timed(line) : new Line(line, Optional.empty()))
            .toList());
  }

  /** A line that does not begin with a time is text as it is. */
  private static Line timed(String line) {
    String[] parts = line.split(" ", 2);
    try {
      Instant time = OffsetDateTime.parse(parts[0]).toInstant();
      return new Line(parts.length == 1 ? "" : parts[1], Optional.of(time));
    } catch (DateTimeException e) {
      return new Line(line, Optional.empty());
    }
  }
}
