package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The first line of output of a {@link Sandbox} script: whether its program started. */
final class StartLine {
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private boolean ok;

  /**
   * Reads the available part of the line, without waiting.
   *
   * @return whether something was read
   */
  boolean read(InputStream in) throws IOException {
    boolean some = false;
    while (!ok && in.available() > 0) {
      int one = in.read();
      ok = one == '\n' && (text() + " ").startsWith("ok ");
      read.write(one);
      some = true;
    }
    return some;
  }

  /** Whether the program was started. */
  boolean ok() {
    return ok;
  }

  /** The process id of the program, or why it was not started. */
  String detail() {
    return text().replaceFirst("^(ok|no) ?", "").strip();
  }

  private String text() {
    return read.toString(StandardCharsets.UTF_8);
  }
}
