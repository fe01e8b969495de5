package dev.caravanserai.exec;

import dev.caravanserai.cluster.ByteSource;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command from its request to its end. The channel is never called with this object's lock
 * held, since it calls back while it holds its own.
 */
final class RunningExec implements ExecListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunningExec.class);
  private static final ShellText SUPERVISE = ShellText.load("supervise.sh");

  /** Failures after which a pod of the same name may be that of another life. */
  private static final Set<FailureCode> OF_THE_SESSION =
      Set.of(FailureCode.POD_REPLACED, FailureCode.CONFLICT, FailureCode.DEADLINE);

  private static final long LOOK_WHILE_OPENING_MS = 1_000;

  private final long askedAt = System.nanoTime();
  private final String id = randomId();

  /** Begins each line of the supervisor; unknown to the command. */
  private final String mark = randomId();

  private final ContainerRef container;
  private final ExecSpec spec;
  private final ExecContext context;
  private final Consumer<RunningExec> onAnswer;
  private final LongConsumer onKept;
  private final SupervisedOutput output;
  private final Verdict verdict;
  private final CompletableFuture<ExecResult> result = new CompletableFuture<>();
  private final AtomicBoolean answered = new AtomicBoolean();
  private final List<Future<?>> timers = new ArrayList<>();
  private Optional<ExecChannel> channel = Optional.empty();
  private Optional<EarlyEnd> early = Optional.empty();
  private boolean ended;

  /** Whether a channel was open, and the runtime has not refused to start a process since. */
  private boolean mayHaveBegun;

  /**
   * @param onAnswer called once, before the result is complete
   * @param onKept is given the bytes of the result, which stay taken from the memory
   */
  RunningExec(
      ContainerRef container,
      ExecSpec spec,
      ExecContext context,
      Consumer<RunningExec> onAnswer,
      LongConsumer onKept) {
    this.container = container;
    this.spec = spec;
    this.context = context;
    this.onAnswer = onAnswer;
    this.onKept = onKept;
    this.output =
        new SupervisedOutput(
            mark, context.limits().outputBytes(), context.memory(), tenant(container));
    this.verdict = new Verdict(this, context, output);
  }

  /** The one whose share of the memory the output takes. */
  static String tenant(ContainerRef container) {
    return container.run().map(run -> run.session().tenant()).orElse("");
  }

  private static String randomId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  void start(Duration timeout) {
    in(timeout.toMillis(), () -> endEarly(Outcome.timedOut(timeout)));
    in(LOOK_WHILE_OPENING_MS, this::lookWhileOpening);
    open(new ExecStart(container, SUPERVISE.command(), true, false));
  }

  private void open(ExecStart start) {
    try {
      context.opener().open(start, this);
    } catch (RuntimeException | Error thrown) {
      fail(
          Failure.of(
              FailureCode.CLUSTER_UNREACHABLE,
              "Exec in " + container + " could not be requested: " + thrown + "."));
    }
  }

  /** Runs something later, unless the exec has ended by then. */
  private void in(long ms, Runnable what) {
    Future<?> timer = context.later(what, ms);
    synchronized (timers) {
      timers.removeIf(Future::isDone);
      timers.add(timer);
    }
    if (answered.get()) {
      timer.cancel(false);
    }
  }

  /** If a container ends while an exec in it is being opened, the request may get no response. */
  private void lookWhileOpening() {
    if (answered.get() || (output.supervised() ? output.processId().isPresent() : isOpen())) {
      return;
    }
    Optional<Failure> gone = context.known(container);
    if (gone.isPresent()) {
      Optional<ExecChannel> open = close();
      containerEnded(gone.get());
      open.ifPresent(ExecChannel::close);
    } else {
      in(LOOK_WHILE_OPENING_MS, this::lookWhileOpening);
    }
  }

  private synchronized Optional<ExecChannel> close() {
    ended = true;
    return channel;
  }

  private synchronized boolean isOpen() {
    return channel.isPresent();
  }

  private synchronized boolean isEnded() {
    return ended;
  }

  String execId() {
    return id;
  }

  ContainerRef container() {
    return container;
  }

  ExecSpec spec() {
    return spec;
  }

  CompletionStage<ExecResult> result() {
    return result.minimalCompletionStage();
  }

  void cancel() {
    endEarly(Outcome.cancelled());
  }

  @Override
  public void onOpen(ExecChannel opened) {
    Optional<Failure> gone = goneBefore();
    boolean wanted;
    synchronized (this) {
      ended |= gone.isPresent();
      wanted = !ended;
      mayHaveBegun |= wanted;
      channel = Optional.of(opened);
    }
    if (!wanted) {
      gone.ifPresent(this::containerEnded);
      opened.close();
      return;
    }
    if (output.supervised()) {
      opened.write(SuperviseInput.encode(mark, id, spec, opened.canCloseStdin()));
    }
    feed(ByteSource.of(spec.stdin().orElse(new byte[0])), opened);
  }

  /**
   * An exec names its pod without a uid, so the channel may lead into the pod of the next life of
   * the session.
   */
  private Optional<Failure> goneBefore() {
    return context
        .known(container)
        .filter(why -> output.supervised() && OF_THE_SESSION.contains(why.code()));
  }

  private static void feed(ByteSource source, ExecChannel to) {
    source
        .next()
        .thenAccept(
            next ->
                next.ifPresentOrElse(
                    bytes -> to.write(bytes).thenRun(() -> feed(source, to)), to::closeStdin));
  }

  @Override
  public CompletionStage<Void> onStdout(byte[] bytes) {
    return output.stdout(bytes);
  }

  @Override
  public CompletionStage<Void> onStderr(byte[] bytes) {
    return output.stderr(bytes);
  }

  @Override
  public void onEnd(ExecEnd end) {
    boolean noShell = saysNoShell(end);
    Optional<Outcome> refusal = noShell ? NoShell.refusal(container, spec) : Optional.empty();
    Optional<EarlyEnd> ending;
    synchronized (this) {
      if (ended) {
        return;
      }
      ending = early;
      noShell &= early.isEmpty();
      mayHaveBegun &= !noShell && !(end instanceof ExecEnd.Refused);
      ended = !noShell || refusal.isPresent();
      channel = Optional.empty();
      if (!ended) {
        output.unsupervised(); // an end from now on knows that the command may start
      }
    }
    if (ending.isPresent()) {
      ending.get().channelEnded();
    } else if (!noShell) {
      verdict.give(end);
    } else if (refusal.isPresent()) {
      answer(refusal.get());
    } else {
      LOG.info("exec={} container={} has no sh: running unsupervised", id, container);
      if (!isEnded()) {
        open(new ExecStart(container, spec.command(), false, false));
      }
    }
  }

  private boolean saysNoShell(ExecEnd end) {
    return end instanceof ExecEnd.Exited exited && output.saysNoShell(exited.code())
        || end instanceof ExecEnd.Refused refused
            && output.supervised()
            && output.processId().isEmpty()
            && NoShell.matches(refused.failure().message());
  }

  private void endEarly(Outcome outcome) {
    Optional<EarlyEnd> ending;
    boolean settling;
    synchronized (this) {
      if (early.isPresent()) {
        return;
      }
      if (!ended) {
        early = channel.map(open -> new EarlyEnd(this, context, output, open, outcome));
      }
      ending = early;
      settling = ended;
      ended |= ending.isEmpty();
    }
    if (settling) {
      verdict.settle();
    } else if (ending.isPresent()) {
      ending.get().begin();
    } else {
      // A supervisor that opens later is closed before it has been given anything to run.
      answer(
          output.supervised() ? outcome : EarlyEnd.unknown(container, outcome, EarlyEnd.NO_SHELL));
    }
  }

  private synchronized boolean mayHaveBegun() {
    return mayHaveBegun;
  }

  /** The container ended. A command that cannot have begun by then is a conflict. */
  void containerEnded(Failure why) {
    if (output.processId().isPresent()) {
      answer(Outcome.podGone(why));
    } else if (mayHaveBegun()) {
      answer(
          Outcome.podGone(
              why.withMessage(
                  why.message() + " The command may have begun: its start was not confirmed.")));
    } else {
      fail(
          why.with(
              to ->
                  to.code(FailureCode.CONFLICT)
                      .message("The command was not started: " + why.message())));
    }
  }

  void answer(Outcome outcome) {
    Duration duration = Duration.ofNanos(System.nanoTime() - askedAt);
    answer(() -> output.end(id, outcome, duration));
  }

  /** Ends the exec also if its result cannot be made, as when the heap is full. */
  void answer(Supplier<ExecResult> results) {
    if (answered.compareAndSet(false, true)) {
      Runnable completion;
      try {
        ExecResult done = results.get();
        onKept.accept((long) done.stdout().bytes().length + done.stderr().bytes().length);
        completion = () -> result.complete(done);
      } catch (Throwable unmade) {
        output.discard();
        completion = () -> result.completeExceptionally(lost(unmade));
      }
      complete(completion);
    }
  }

  private FailureException lost(Throwable unmade) {
    LOG.error("exec={} container={}: its result could not be made", id, container, unmade);
    return FailureException.of(
        FailureCode.CONNECTION_LOST,
        "The command in %s has ended, but its result could not be made (%s). Look at the session before running it again."
            .formatted(container, unmade));
  }

  /** The command could not be started. */
  void fail(Failure failure) {
    if (answered.compareAndSet(false, true)) {
      output.discard();
      complete(() -> result.completeExceptionally(new FailureException(failure)));
    }
  }

  private void complete(Runnable completion) {
    synchronized (timers) {
      timers.forEach(timer -> timer.cancel(false));
      timers.clear();
    }
    onAnswer.accept(this);
    context.answer(completion);
  }
}
