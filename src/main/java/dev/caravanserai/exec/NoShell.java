package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.regex.Pattern;

/** An image without {@code sh}, in which a command runs without a supervisor. */
final class NoShell {
  private static final Pattern WORDS =
      Pattern.compile("(?s).*(\"sh\"|sh): (executable file not found|no such file or directory).*");

  private NoShell() {}

  /** Whether a runtime's message says so. */
  static boolean matches(String words) {
    return WORDS.matcher(words).matches();
  }

  /** Why a request cannot be run without a shell; empty if it can. */
  static Optional<Outcome> refusal(ContainerRef container, ExecSpec spec) {
    String needs = null;
    if (spec.script().isPresent()) {
      needs = "a script";
    } else if (!spec.env().isEmpty()) {
      needs = "environment variables";
    } else if (spec.workingDir().isPresent()) {
      needs = "a working directory";
    } else if (spec.stdin().isPresent()) {
      needs = "standard input";
    }
    return Optional.ofNullable(needs)
        .map(
            need ->
                Outcome.notStarted(
                    Failure.of(
                        FailureCode.CONFIG_ERROR,
                        ("The command was not started in %s: its image has no sh, which %s needs."
                                + " Use an image with a shell, or run the command alone.")
                            .formatted(container, need))));
  }
}
