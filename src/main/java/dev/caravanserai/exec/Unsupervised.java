package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.regex.Pattern;

/** What can be done in an image that has no {@code sh}: an argv, and nothing around it. */
final class Unsupervised {
  private static final Pattern NO_SHELL =
      Pattern.compile("(?s).*(\"sh\"|sh): (executable file not found|no such file or directory).*");

  private Unsupervised() {}

  /** Whether the runtime could not find the supervisor's own shell. */
  static boolean saysNoShell(ExecEnd end, String words) {
    if (end instanceof ExecEnd.Refused refused) {
      return NO_SHELL.matcher(refused.failure().message()).matches();
    }
    return end instanceof ExecEnd.Exited exited
        && exited.code() >= 126
        && exited.code() <= 128
        && NO_SHELL.matcher(words).matches();
  }

  /** What of a request needs a shell. */
  static Optional<String> missing(ExecSpec spec) {
    if (spec.script().isPresent()) {
      return Optional.of("a script");
    } else if (!spec.env().isEmpty()) {
      return Optional.of("environment variables");
    } else if (spec.workingDir().isPresent()) {
      return Optional.of("a working directory");
    } else if (spec.stdin().isPresent()) {
      return Optional.of("standard input");
    }
    return Optional.empty();
  }

  static Outcome notStarted(ContainerRef container, String what) {
    return Outcome.notStarted(
        Failure.of(
            FailureCode.CONFIG_ERROR,
            "The command was not started in "
                + container
                + ": its image has no sh, which "
                + what
                + " needs. Use an image with a shell, or ask for the command alone."));
  }
}
