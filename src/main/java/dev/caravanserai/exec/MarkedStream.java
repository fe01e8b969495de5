package dev.caravanserai.exec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A stream of a supervised command: holds back everything up to the supervisor's line, which begins
 * with the mark. Not thread-safe.
 */
final class MarkedStream implements ExecSink {
  private static final int MOST = 64 * 1024;
  private static final int OPENING = 2048;

  private final String mark;
  private final ExecSink command;
  private byte[] before = new byte[0];
  private int held;
  private int lineStart;
  private byte[] opening = new byte[0];
  private Optional<String> line = Optional.empty();
  private boolean plain;

  MarkedStream(String mark, ExecSink command) {
    this.mark = mark;
    this.command = command;
  }

  @Override
  public CompletionStage<Void> write(byte[] bytes) {
    if (line.isPresent() || plain) {
      return pass(bytes);
    }
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' && hasMark()) {
        line = Optional.of(utf8(before, lineStart + mark.length(), held));
        forgetHeld();
        return pass(Arrays.copyOfRange(bytes, i + 1, bytes.length));
      }
      hold(bytes[i]);
      lineStart = bytes[i] == '\n' ? held : lineStart;
    }
    return held > MOST ? plain() : CompletableFuture.completedStage(null);
  }

  private void hold(byte one) {
    if (held == before.length) {
      before = Arrays.copyOf(before, Math.max(256, 2 * held));
    }
    before[held++] = one;
  }

  private boolean hasMark() {
    return held - lineStart >= mark.length()
        && utf8(before, lineStart, lineStart + mark.length()).equals(mark);
  }

  private void forgetHeld() {
    before = new byte[0];
    held = 0;
  }

  private CompletionStage<Void> pass(byte[] bytes) {
    if (opening.length < OPENING) {
      int length = Math.min(bytes.length, OPENING - opening.length);
      int old = opening.length;
      opening = Arrays.copyOf(opening, old + length);
      System.arraycopy(bytes, 0, opening, old, length);
    }
    return bytes.length == 0 ? CompletableFuture.completedStage(null) : command.write(bytes);
  }

  /** All output, also what is held back, is the command's. */
  CompletionStage<Void> plain() {
    plain = true;
    byte[] all = Arrays.copyOf(before, held);
    forgetHeld();
    return pass(all);
  }

  /** What follows the mark in the supervisor's line, once it has arrived. */
  Optional<String> line() {
    return line;
  }

  /** The beginning of the command's output; until the supervisor's line, of the stream. */
  String opening() {
    return line.isPresent() || plain
        ? utf8(opening, 0, opening.length)
        : utf8(before, 0, Math.min(held, OPENING));
  }

  void clear() {
    forgetHeld();
    opening = new byte[0];
  }

  private static String utf8(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
