package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import java.util.concurrent.CompletionStage;

/**
 * An exec that runs. Thread-safe.
 *
 * @param execId 32 hexadecimal digits
 * @param result done once the command has ended and no process holds its output, as in Kubernetes:
 *     a background process that shares the command's output keeps the exec open until the time-out;
 *     one whose output goes elsewhere does not, and lives on. After a time-out or cancel, done once
 *     its processes are gone. Fails with a {@link dev.caravanserai.session.FailureException} if the
 *     command could not be started: no such pod, not running, forbidden, cluster unreachable.
 * @param canceller ends it with all its processes; the result is then {@code cancelled}. No effect
 *     after its end, of which it keeps nothing in memory.
 */
public record ExecHandle(String execId, CompletionStage<ExecResult> result, Runnable canceller) {

  public void cancel() {
    canceller.run();
  }
}
