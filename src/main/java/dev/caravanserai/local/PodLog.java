package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one instance of a container wrote last: at most {@value #KEPT} bytes, its oldest lines go
 * first. All on one thread.
 */
final class PodLog {
  /**
   * A line with its end, or a piece of a longer one.
   *
   * @param number counts from 0, also those that are no longer kept
   * @param begins whether a line begins with it
   */
  record Piece(long number, Instant time, boolean begins, byte[] text) {
    /** About what it takes in memory. */
    int size() {
      return text.length + 100;
    }
  }

  private static final int KEPT = 4 << 20;
  private static final int LONGEST = 64 << 10;
  private final NavigableMap<Long, Piece> pieces = new TreeMap<>();
  private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
  private long next;
  private int size;
  private boolean lineBegins = true;
  private boolean ended;

  void write(byte[] bytes) {
    for (byte one : bytes) {
      piece.write(one);
      if (one == '\n' || piece.size() == LONGEST) {
        keep(one == '\n');
      }
    }
  }

  /** No more comes. */
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
    while (size > KEPT) {
      size -= pieces.pollFirstEntry().getValue().size();
    }
  }

  boolean ended() {
    return ended;
  }

  /** The first piece that has this number or a higher one, if there is any yet. */
  Optional<Piece> from(long number) {
    return Optional.ofNullable(pieces.ceilingEntry(number)).map(Map.Entry::getValue);
  }

  /** The number with which its last lines begin. */
  long tail(long lines) {
    return pieces.descendingMap().values().stream()
        .filter(Piece::begins)
        .limit(lines)
        .map(Piece::number)
        .reduce(next, (later, earlier) -> earlier);
  }

  /** The number of the first line that is not older. */
  long since(Instant time) {
    return pieces.values().stream()
        .filter(one -> one.begins && !one.time.isBefore(time))
        .findFirst()
        .map(Piece::number)
        .orElse(next);
  }
}
