package dev.caravanserai.exec;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The output of a command so far, and the lines of its supervisor. Thread-safe. */
final class SupervisedOutput {
  private final String mark;
  private final CappedOutput keptOut;
  private final CappedOutput keptErr;
  private final MarkedStream out;
  private final MarkedStream err;
  private boolean supervised = true;
  private boolean ended;

  SupervisedOutput(String mark, int limit, Shares budget, String tenant) {
    this.mark = mark;
    this.keptOut = new CappedOutput(limit, budget, tenant);
    this.keptErr = new CappedOutput(limit, budget, tenant);
    this.out = new MarkedStream(mark, keptOut);
    this.err = new MarkedStream(mark, keptErr);
  }

  synchronized CompletionStage<Void> stdout(byte[] bytes) {
    return ended ? CompletableFuture.completedStage(null) : out.write(bytes);
  }

  synchronized CompletionStage<Void> stderr(byte[] bytes) {
    return ended ? CompletableFuture.completedStage(null) : err.write(bytes);
  }

  /** Drops all; the next output is the command's, from its first byte. */
  synchronized void unsupervised() {
    supervised = false;
    clear();
    out.plain();
    err.plain();
  }

  synchronized boolean supervised() {
    return supervised;
  }

  /** The session id of the command's processes, once the supervisor runs. */
  synchronized Optional<Integer> processId() {
    return out.line().map(String::strip).filter(id -> id.matches("\\d{1,9}")).map(Integer::valueOf);
  }

  /** Whether the command itself was started, as far as can be known. */
  synchronized boolean started() {
    return !supervised || processId().isPresent() && err.line().filter(String::isEmpty).isPresent();
  }

  /**
   * Why the supervisor could not start the command. Only its own mark proves that: any other text,
   * also that of env(1), may come from the command itself.
   */
  synchronized Optional<String> notStarted() {
    String said = mark + err.line().orElse("") + "\n" + err.opening();
    int at = said.indexOf(mark + "! ");
    return supervised && at >= 0
        ? Optional.of(said.substring(at + mark.length() + 2).strip())
        : Optional.empty();
  }

  /** Whether the runtime could not find the supervisor's own shell, so that nothing has run. */
  synchronized boolean saysNoShell(int code) {
    return supervised
        && out.line().isEmpty()
        && code >= 126
        && code <= 128
        && NoShell.matches(words());
  }

  /** The beginning of the output, for messages. */
  synchronized String words() {
    return (err.opening() + out.opening()).strip();
  }

  /** The result with what was kept, whose bytes stay taken; later output is dropped. */
  synchronized ExecResult end(String id, Outcome outcome, Duration duration) {
    if (outcome instanceof Outcome.NotStarted) {
      clear();
    }
    ExecResult result = new ExecResult(id, outcome, keptOut.output(), keptErr.output(), duration);
    keptOut.clear(result.stdout().bytes().length);
    keptErr.clear(result.stderr().bytes().length);
    discard();
    return result;
  }

  /** Drops all, also later output. */
  synchronized void discard() {
    ended = true;
    clear();
  }

  private void clear() {
    keptOut.clear();
    keptErr.clear();
    out.clear();
    err.clear();
  }
}
