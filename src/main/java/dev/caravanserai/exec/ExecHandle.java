package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import java.util.concurrent.CompletionStage;

/**
 * An exec that runs. Safe for use by several threads.
 *
 * @param execId 32 hexadecimal digits
 * @param result done once the command has ended and nobody holds its output any more, as everywhere
 *     in Kubernetes: a process left in the background with the command's output keeps it open, up
 *     to the time-out; one whose output goes elsewhere does not, and lives on. If it was ended
 *     early, done once all its processes are gone. Fails with a {@link
 *     dev.caravanserai.session.FailureException} when it could not be tried at all: no such pod,
 *     not running, forbidden, cluster away.
 * @param canceller ends it with all its processes; the result is {@code cancelled} then. Without
 *     effect once it has ended, and holds nothing of it then.
 */
public record ExecHandle(String execId, CompletionStage<ExecResult> result, Runnable canceller) {

  public void cancel() {
    canceller.run();
  }
}
