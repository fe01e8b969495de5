package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The first line of what a script of the {@link Sandbox} writes: how its program started. */
final class StartLine {
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();
  private boolean ok;

  /**
   * Reads on, without waiting and no further than its end.
   *
   * @return whether there was some of it
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

  /** Whether the program has been started. */
  boolean ok() {
    return ok;
  }

  /** What it tells: the first process' id, or why nothing was started. */
  String said() {
    return text().replaceFirst("^(ok|no) ?", "").strip();
  }

  private String text() {
    return read.toString(StandardCharsets.UTF_8);
  }
}
