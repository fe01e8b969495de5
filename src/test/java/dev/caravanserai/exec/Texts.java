package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Words for tests. */
final class Texts {
  private Texts() {}

  static String of(ExecResult.Output output) {
    return new String(output.bytes(), StandardCharsets.UTF_8);
  }

  /** A unique number of seconds to sleep. */
  static String seconds() {
    return String.valueOf(ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000));
  }

  /** Why a command was not started. */
  static String notStarted(ExecResult result) {
    assertThat(result.outcome()).isInstanceOf(Outcome.NotStarted.class);
    assertThat(result.stdout().total() + result.stderr().total()).isZero();
    return ((Outcome.NotStarted) result.outcome()).failure().message();
  }
}
