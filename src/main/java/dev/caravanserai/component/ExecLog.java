package dev.caravanserai.component;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the outcome of each exec. Command and output are not logged: they may be secret. */
final class ExecLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.caravanserai.execs");

  private ExecLog() {}

  static void ended(Session session, ExecResult exec) {
    LOG.info(
        "session={} cluster={} tenant={} exec={} {}{} after {} ms",
        session.id(),
        session.cluster(),
        session.tenant(),
        exec.execId(),
        exec.outcome().word(),
        details(exec.outcome()),
        exec.duration().toMillis());
  }

  private static String details(Outcome outcome) {
    if (outcome instanceof Outcome.Exited exited) {
      return " with " + exited.code();
    } else if (outcome instanceof Outcome.NotStarted not) {
      return reason(not.failure());
    } else if (outcome instanceof Outcome.ConnectionLost lost) {
      return reason(lost.failure());
    } else if (outcome instanceof Outcome.PodGone gone) {
      return reason(gone.failure());
    }
    return "";
  }

  /** Messages may repeat the command. */
  private static String reason(Failure failure) {
    return " (%s%s)".formatted(failure.code(), failure.reason().map(" "::concat).orElse(""));
  }
}
