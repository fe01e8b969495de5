package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.util.Optional;

/** What can be done in an image that has no {@code sh}: an argv, and nothing around it. */
final class Unsupervised {
  private Unsupervised() {}

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

  static Failure failure(ContainerRef container, String what) {
    return Failure.of(
        FailureCode.CONFIG_ERROR,
        "The command was not started in "
            + container
            + ": its image has no sh, which "
            + what
            + " needs. Use an image with a shell, or ask for the command alone.");
  }
}
