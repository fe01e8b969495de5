package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Words for tests. */
final class Texts {
  private Texts() {}

  static String of(ExecResult.Output output) {
    return new String(output.bytes(), StandardCharsets.UTF_8);
  }

  /** A number of seconds that nobody else sleeps. */
  static String seconds() {
    return String.valueOf(ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000));
  }
}
