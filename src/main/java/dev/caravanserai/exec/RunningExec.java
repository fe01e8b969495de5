package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  private static final long LAST_OUTPUT_MS = 2_000;
  private static final long ANNOUNCED_WITHIN_MS = 3_000;
  private static final long LOOK_AGAIN_MS = 50;

  private final String id;
  private final ContainerRef container;
  private final ExecSpec spec;
  private final ExecLimits limits;
  private final ExecSurroundings around;
  private final String mark;
  private final long startedAt = System.nanoTime();
  private final CompletableFuture<ExecResult> result = new CompletableFuture<>();
  private final Announcement out;
  private final OutputCap err;
  private Optional<ExecChannel> channel = Optional.empty();
  private Optional<Outcome> endedEarly = Optional.empty();
  private boolean supervised = true;
  private boolean channelEnded;
  private boolean processesGone;
  private boolean done;
  private Future<?> timeout = CompletableFuture.completedFuture(null);

  RunningExec(
      String id,
      String mark,
      ContainerRef container,
      ExecSpec spec,
      ExecLimits limits,
      ExecSurroundings around) {
    this.id = id;
    this.mark = mark;
    this.container = container;
    this.spec = spec;
    this.limits = limits;
    this.around = around;
    this.out = new Announcement(mark, new OutputCap(limits.outputBytes()));
    this.err = new OutputCap(limits.outputBytes());
  }

  void start() {
    Duration after = limits.timeout(spec);
    synchronized (this) {
      timeout =
          around
              .scheduler()
              .schedule(
                  () -> endEarly(Outcome.timedOut(after)), after.toMillis(), TimeUnit.MILLISECONDS);
    }
    around.opener().open(new ExecStart(container, SUPERVISE.command(), true, false), this);
  }

  @Override
  public String execId() {
    return id;
  }

  @Override
  public CompletionStage<ExecResult> result() {
    return result.minimalCompletionStage();
  }

  @Override
  public void cancel() {
    endEarly(Outcome.cancelled());
  }

  @Override
  public void onOpen(ExecChannel opened) {
    boolean wanted;
    synchronized (this) {
      wanted = !done && endedEarly.isEmpty();
      channel = Optional.of(opened);
    }
    if (!wanted) {
      opened.close();
      return;
    }
    if (supervised) {
      opened.write(ExecHeader.encode(mark, id, spec, opened.canCloseStdin()));
    }
    spec.stdin().filter(stdin -> stdin.length > 0).ifPresent(opened::write);
    opened.closeStdin();
  }

  @Override
  public synchronized void onStdout(byte[] bytes) {
    out.add(bytes);
  }

  @Override
  public synchronized void onStderr(byte[] bytes) {
    err.add(bytes);
  }

  @Override
  public void onEnd(ExecEnd end) {
    boolean early;
    synchronized (this) {
      channelEnded = true;
      early = endedEarly.isPresent();
    }
    if (early) {
      finishEarly();
    } else if (withoutShell(end)) {
      runWithoutShell(end);
    } else {
      around.answers().execute(() -> new ExecVerdict(this, end).give());
    }
  }

  private synchronized boolean withoutShell(ExecEnd end) {
    return supervised && out.processId().isEmpty() && ExecVerdict.saysNoShell(end, words());
  }

  /** The image has no {@code sh}, so nothing has run yet: the argv itself is started. */
  private void runWithoutShell(ExecEnd end) {
    Optional<String> missing = Unsupervised.missing(spec);
    if (missing.isPresent()) {
      finish(Outcome.notStarted(Unsupervised.failure(container, missing.get())));
      return;
    }
    synchronized (this) {
      supervised = false;
      channelEnded = false;
      channel = Optional.empty();
      out.reset();
      err.reset();
    }
    LOG.info("exec={} container={} has no sh: running unsupervised", id, container);
    around
        .opener()
        .open(new ExecStart(container, spec.command(), spec.stdin().isPresent(), false), this);
  }

  private void endEarly(Outcome outcome) {
    boolean never;
    synchronized (this) {
      if (done || channelEnded || endedEarly.isPresent()) {
        return;
      }
      endedEarly = Optional.of(outcome);
      never = channel.isEmpty();
      processesGone = never;
      channelEnded = never;
    }
    if (never) {
      finishEarly();
    } else if (!supervised) {
      warn("its image has no sh to end them with");
      gone();
    } else {
      killOnceAnnounced(ANNOUNCED_WITHIN_MS / LOOK_AGAIN_MS);
    }
  }

  private void killOnceAnnounced(long tries) {
    Optional<Integer> session;
    boolean ended;
    synchronized (this) {
      session = out.processId();
      ended = channelEnded;
    }
    if (session.isEmpty() && !ended && tries > 0) {
      around
          .scheduler()
          .schedule(() -> killOnceAnnounced(tries - 1), LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
      return;
    }
    if (session.isEmpty()) {
      // A supervisor that loses its input in the middle of the header starts nothing.
      channel().ifPresent(ExecChannel::close);
    }
    around
        .killer()
        .end(container, id, session.orElse(0), limits.grace())
        .whenCompleteAsync(
            (left, error) -> {
              Optional.ofNullable(error).map(String::valueOf).or(() -> left).ifPresent(this::warn);
              gone();
            },
            around.answers());
  }

  private void warn(String why) {
    if (around.gone().apply(container).isEmpty()) {
      LOG.warn(
          "{}",
          Failure.of(
              FailureCode.CONFIG_ERROR,
              "Processes of exec="
                  + id
                  + " may be left in container="
                  + container
                  + ": "
                  + why
                  + ". Stop the session to end them for certain."));
    }
  }

  private void gone() {
    synchronized (this) {
      processesGone = true;
    }
    finishEarly();
    around
        .scheduler()
        .schedule(
            () -> channel().ifPresent(ExecChannel::close), LAST_OUTPUT_MS, TimeUnit.MILLISECONDS);
  }

  private void finishEarly() {
    Optional<Outcome> outcome;
    synchronized (this) {
      outcome = channelEnded && processesGone ? endedEarly : Optional.empty();
    }
    outcome.ifPresent(this::finish);
  }

  synchronized Optional<ExecChannel> channel() {
    return channel;
  }

  ContainerRef container() {
    return container;
  }

  ExecSurroundings around() {
    return around;
  }

  boolean supervised() {
    return supervised;
  }

  synchronized Optional<Integer> processId() {
    return out.processId();
  }

  synchronized Optional<String> refusedBySupervisor() {
    return supervised ? out.notStarted() : Optional.empty();
  }

  /** The last of what was written, for messages. */
  synchronized String words() {
    return err.startsWith(1024) + out.text();
  }

  void finish(Outcome outcome) {
    end(Optional.of(outcome), Optional.empty());
  }

  void fail(Failure failure) {
    end(Optional.empty(), Optional.of(failure));
  }

  private void end(Optional<Outcome> outcome, Optional<Failure> failure) {
    ExecResult told;
    synchronized (this) {
      if (done) {
        return;
      }
      done = true;
      timeout.cancel(false);
      boolean nothing = outcome.filter(Outcome.NotStarted.class::isInstance).isPresent();
      ExecResult.Output none = new ExecResult.Output(new byte[0], 0);
      told =
          outcome
              .map(
                  o ->
                      new ExecResult(
                          id,
                          o,
                          nothing ? none : out.output(),
                          nothing ? none : err.output(),
                          Duration.ofNanos(System.nanoTime() - startedAt)))
              .orElse(null);
    }
    around
        .answers()
        .execute(
            () ->
                failure.ifPresentOrElse(
                    f -> result.completeExceptionally(new FailureException(f)),
                    () -> result.complete(told)));
  }
}
