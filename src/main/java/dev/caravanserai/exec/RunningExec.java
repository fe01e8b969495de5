package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command from its request to its end. The channel is never called with this object's lock
 * held, for it calls back with one of its own.
 */
final class RunningExec implements ExecHandle, ExecListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunningExec.class);
  private static final ShellText SUPERVISE = ShellText.load("supervise.sh");

  private final ExecRequest request;
  private final ExecSurroundings around;
  private final ExecOutput output;
  private final ExecAnswer answer;
  private Optional<ExecChannel> channel = Optional.empty();
  private Optional<EarlyEnd> early = Optional.empty();
  private boolean ended;

  RunningExec(ExecRequest request, ExecSurroundings around) {
    this.request = request;
    this.around = around;
    this.output = new ExecOutput(request);
    this.answer = new ExecAnswer(request, output, around.answers());
  }

  void start() {
    Duration after = request.limits().timeout(request.spec());
    Future<?> timeout =
        around
            .scheduler()
            .schedule(
                () -> endEarly(Outcome.timedOut(after)), after.toMillis(), TimeUnit.MILLISECONDS);
    result().whenComplete((result, error) -> timeout.cancel(false));
    open(new ExecStart(request.container(), SUPERVISE.command(), true, false));
  }

  private void open(ExecStart start) {
    try {
      around.opener().open(start, this);
    } catch (RuntimeException thrown) {
      answer.fail(
          Failure.of(
              FailureCode.CLUSTER_UNREACHABLE,
              "Exec in " + request.container() + " could not be requested: " + thrown + "."));
    }
  }

  @Override
  public String execId() {
    return request.id();
  }

  @Override
  public CompletionStage<ExecResult> result() {
    return answer.result();
  }

  @Override
  public void cancel() {
    endEarly(Outcome.cancelled());
  }

  @Override
  public void onOpen(ExecChannel opened) {
    boolean wanted;
    synchronized (this) {
      wanted = !ended;
      channel = Optional.of(opened);
    }
    if (!wanted) {
      opened.close();
      return;
    }
    if (output.supervised()) {
      opened.write(
          ExecHeader.encode(request.mark(), request.id(), request.spec(), opened.canCloseStdin()));
    }
    request.spec().stdin().filter(stdin -> stdin.length > 0).ifPresent(opened::write);
    opened.closeStdin();
  }

  @Override
  public void onStdout(byte[] bytes) {
    output.stdout(bytes);
  }

  @Override
  public void onStderr(byte[] bytes) {
    output.stderr(bytes);
  }

  @Override
  public void onEnd(ExecEnd end) {
    Optional<EarlyEnd> ending;
    boolean noShell;
    Optional<String> missing;
    synchronized (this) {
      if (ended) {
        return;
      }
      ending = early;
      noShell = early.isEmpty() && output.saysNoShell(end);
      missing = noShell ? Unsupervised.missing(request.spec()) : Optional.empty();
      ended = !noShell || missing.isPresent();
      channel = Optional.empty();
    }
    if (ending.isPresent()) {
      ending.get().channelEnded();
    } else if (missing.isPresent()) {
      answer.give(Unsupervised.notStarted(request.container(), missing.get()));
    } else if (noShell) {
      runWithoutShell();
    } else {
      new ExecVerdict(request, around, output, answer).give(end);
    }
  }

  /** The image has no {@code sh}, so nothing has run yet: the argv itself is started. */
  private void runWithoutShell() {
    output.unsupervised();
    LOG.info(
        "exec={} container={} has no sh: running unsupervised", request.id(), request.container());
    open(new ExecStart(request.container(), request.spec().command(), false, false));
  }

  private void endEarly(Outcome outcome) {
    Optional<EarlyEnd> ending;
    synchronized (this) {
      if (ended || early.isPresent()) {
        return;
      }
      ending = channel.map(open -> new EarlyEnd(outcome, request, around, output, answer, open));
      early = ending;
      // What opens later is closed before it has been told what to run.
      ended = ending.isEmpty();
    }
    ending.ifPresentOrElse(EarlyEnd::begin, () -> answer.give(outcome));
  }
}
