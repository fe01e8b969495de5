package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Standard output of a supervised command: takes off the supervisor's first line. Not safe for use
 * by several threads.
 */
final class Announcement {
  private static final int LONGEST = 128;

  private final String mark;
  private final OutputCap command;
  private byte[] start = new byte[0];
  private Optional<Integer> processId = Optional.empty();
  private boolean foreign;

  Announcement(String mark, OutputCap command) {
    this.mark = mark;
    this.command = command;
  }

  void add(byte[] bytes) {
    if (processId.isPresent() || foreign) {
      command.add(bytes);
      return;
    }
    byte[] all = Arrays.copyOf(start, start.length + bytes.length);
    System.arraycopy(bytes, 0, all, start.length, bytes.length);
    start = all;
    int end = 0;
    while (end < all.length && all[end] != '\n') {
      end++;
    }
    if (end < all.length || all.length > LONGEST) {
      read(all, end);
    }
  }

  private void read(byte[] all, int end) {
    String line = new String(all, 0, end, StandardCharsets.UTF_8);
    if (line.matches(mark + " \\d{1,9}")) {
      processId = Optional.of(Integer.valueOf(line.substring(mark.length() + 1)));
      command.add(Arrays.copyOfRange(all, end + 1, all.length));
    } else {
      foreign = true;
      command.add(all);
    }
  }

  /** The session id of the command's processes, once the supervisor runs. */
  Optional<Integer> processId() {
    return processId;
  }

  /** Why the command could not be started, if so; then the stream holds nothing of a command. */
  Optional<String> notStarted() {
    String text = command.startsWith(8192);
    return processId.isPresent() && text.startsWith(mark + "! ")
        ? Optional.of(text.substring(mark.length() + 2).strip())
        : Optional.empty();
  }

  /** Everything that comes next is the command's own. */
  void reset() {
    foreign = true;
    command.reset();
  }

  String text() {
    return processId.isPresent() || foreign
        ? command.startsWith(1024)
        : new String(start, StandardCharsets.UTF_8);
  }

  ExecResult.Output output() {
    return command.output();
  }
}
