package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The log of one instance of a container: the last {@value #MAX_BYTES} bytes. Used on the stream
 * thread only.
 */
final class PodLog {
  /**
   * A line, or a part of a very long one.
   *
   * @param number from 0, counting also those that were dropped
   * @param begins whether it is the beginning of a line
   */
  record Piece(long number, Instant time, boolean begins, byte[] text) {
    /** Approximate size in memory. */
    int size() {
      return text.length + 100;
    }
  }

  private static final int MAX_BYTES = 4 << 20;
  private static final int MAX_LINE_BYTES = 64 << 10;
  private final NavigableMap<Long, Piece> pieces = new TreeMap<>();
  private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
  private long next;
  private int size;
  private boolean lineBegins = true;
  private boolean ended;

  void write(byte[] bytes) {
    for (byte one : bytes) {
      piece.write(one);
      if (one == '\n' || piece.size() == MAX_LINE_BYTES) {
        keep(one == '\n');
      }
    }
  }

  /** Closes the log. */
  void end() {
    if (piece.size() > 0) {
      keep(false);
    }
    ended = true;
  }

  private void keep(boolean lineEnds) {
    Piece kept = new Piece(next++, Instant.now(), lineBegins, piece.toByteArray());
    pieces.put(kept.number, kept);
    piece.reset();
    lineBegins = lineEnds;
    size += kept.size();
    while (size > MAX_BYTES) {
      size -= pieces.pollFirstEntry().getValue().size();
    }
  }

  boolean ended() {
    return ended;
  }

  /** The first piece with this number or a higher one, if there is one. */
  Optional<Piece> from(long number) {
    return Optional.ofNullable(pieces.ceilingEntry(number)).map(Map.Entry::getValue);
  }

  /** The number of the piece with which the last lines begin. */
  long tail(long lines) {
    return pieces.descendingMap().values().stream()
        .filter(Piece::begins)
        .limit(lines)
        .map(Piece::number)
        .reduce(next, (later, earlier) -> earlier);
  }

  /** The number of the first line that was written at or after a time. */
  long since(Instant time) {
    return pieces.values().stream()
        .filter(one -> one.begins && !one.time.isBefore(time))
        .findFirst()
        .map(Piece::number)
        .orElse(next);
  }
}
