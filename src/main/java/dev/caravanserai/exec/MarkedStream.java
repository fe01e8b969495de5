package dev.caravanserai.exec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A stream of a supervised command: holds back all up to the supervisor's own line, which begins
 * with the mark. Not safe for use by several threads.
 */
final class MarkedStream implements ExecSink {
  private static final int MOST = 64 * 1024;
  private static final int OPENING = 2048;

  private final String mark;
  private final ExecSink command;
  private byte[] before = new byte[0];
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
    int old = before.length;
    before = Arrays.copyOf(before, old + bytes.length);
    System.arraycopy(bytes, 0, before, old, bytes.length);
    String text = new String(before, StandardCharsets.ISO_8859_1);
    int at = text.startsWith(mark) ? 0 : text.indexOf("\n" + mark) + 1;
    int end = at == 0 && !text.startsWith(mark) ? -1 : text.indexOf('\n', at);
    if (end >= 0) {
      line = Optional.of(utf8(before, at + mark.length(), end));
      byte[] rest = Arrays.copyOfRange(before, end + 1, before.length);
      before = new byte[0];
      return pass(rest);
    }
    return before.length > MOST ? plain() : CompletableFuture.completedStage(null);
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

  /** Everything, also what is held back, is the command's own. */
  CompletionStage<Void> plain() {
    plain = true;
    byte[] held = before;
    before = new byte[0];
    return pass(held);
  }

  /** What follows the mark in the supervisor's line, once that has come. */
  Optional<String> line() {
    return line;
  }

  /** The first of what the command wrote; before the supervisor's line, what others wrote. */
  String opening() {
    byte[] text = line.isPresent() || plain ? opening : before;
    return utf8(text, 0, Math.min(text.length, OPENING));
  }

  void clear() {
    before = new byte[0];
    opening = new byte[0];
  }

  private static String utf8(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
