package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.Optional;

/** What a command has written so far, and what its supervisor said. Safe for several threads. */
final class ExecOutput {
  private static final int FEW_WORDS = 1024;

  private final Announcement out;
  private final OutputCap err;
  private boolean supervised = true;

  ExecOutput(ExecRequest request) {
    int limit = request.limits().outputBytes();
    this.out = new Announcement(request.mark(), new OutputCap(limit));
    this.err = new OutputCap(limit);
  }

  synchronized void stdout(byte[] bytes) {
    out.add(bytes);
  }

  synchronized void stderr(byte[] bytes) {
    err.add(bytes);
  }

  /** Forgets all; what comes next is the command's own, from its first byte. */
  synchronized void unsupervised() {
    supervised = false;
    out.reset();
    err.reset();
  }

  synchronized boolean supervised() {
    return supervised;
  }

  /** The session id of the command's processes, once the supervisor has begun. */
  synchronized Optional<Integer> processId() {
    return out.processId();
  }

  /** Why the supervisor could not start the command. */
  synchronized Optional<String> notStarted() {
    return supervised ? out.notStarted() : Optional.empty();
  }

  /** Whether there is no shell to supervise with, so that nothing has run. */
  synchronized boolean saysNoShell(ExecEnd end) {
    return supervised && processId().isEmpty() && Unsupervised.saysNoShell(end, words());
  }

  /** The first of what was written, for messages. */
  synchronized String words() {
    return err.startsWith(FEW_WORDS) + out.text();
  }

  synchronized ExecResult result(String id, Outcome outcome, Duration duration) {
    if (outcome instanceof Outcome.NotStarted) {
      ExecResult.Output none = new ExecResult.Output(new byte[0], 0);
      return new ExecResult(id, outcome, none, none, duration);
    }
    return new ExecResult(id, outcome, out.output(), err.output(), duration);
  }
}
