package dev.caravanserai.component;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import java.util.List;

/**
 * A command of a step with {@code failOnExit} did not exit with 0. {@link #log} has its last lines.
 */
public final class ExecFailedException extends FailureException {
  private static final long serialVersionUID = 1;
  private static final int LAST_LINES = 10;

  private final transient ExecResult result;

  ExecFailedException(String session, ExecResult result) {
    super(
        Failure.of(
            code(result.outcome()),
            "The command in session %s %s.".formatted(session, ended(result.outcome()))),
        lastLines(result));
    this.result = result;
  }

  /** All of the result: outcome, output, duration. */
  public ExecResult result() {
    return result;
  }

  private static FailureCode code(Outcome outcome) {
    return outcome
        .cause()
        .map(Failure::code)
        .orElse(outcome instanceof Outcome.TimedOut ? FailureCode.DEADLINE : FailureCode.CRASHED);
  }

  private static String ended(Outcome outcome) {
    if (outcome instanceof Outcome.Exited exited) {
      return "exited with " + exited.code();
    } else if (outcome instanceof Outcome.TimedOut timedOut) {
      return "was ended after %d s, its time-out".formatted(timedOut.after().toSeconds());
    }
    return outcome
        .cause()
        .map(Failure::message)
        .map(why -> "failed: " + why)
        .orElse("was cancelled");
  }

  private static List<String> lastLines(ExecResult result) {
    String text =
        result.stderr().text().isBlank() ? result.stdout().text() : result.stderr().text();
    List<String> lines = text.strip().lines().toList();
    return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
  }
}
