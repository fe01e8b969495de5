package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Runs commands in containers under a supervisor, which reports their end and ends all their
 * processes after a time-out or cancel. No thread waits for a command. No command is run twice.
 * Thread-safe.
 */
public final class Execs implements AutoCloseable {
  /** Longer than the default grace between TERM and KILL, and the last output after it. */
  private static final long CLOSE_SECONDS = 8;

  private final ExecContext context;
  private final Semaphore places;
  private final Map<String, RunningExec> running = new ConcurrentHashMap<>();

  /**
   * @param timer for time-outs and short waits; not closed by this class
   * @param answers completes the results, and so runs what callers attach to them
   */
  public Execs(
      ExecOpener opener,
      ScheduledExecutorService timer,
      Executor answers,
      ContainerEnds ends,
      ExecLimits limits) {
    this.context =
        new ExecContext(opener, timer, answers, ends, limits, new Shares(limits.memoryBytes()));
    this.places = new Semaphore(limits.parallel());
  }

  /** What all output in memory together may take, divided among tenants. */
  public Shares budget() {
    return context.memory();
  }

  /** {@link #start} without a way to cancel. */
  public CompletionStage<ExecResult> run(ContainerRef container, ExecSpec spec) {
    return start(container, spec).result();
  }

  /** {@link #start(ContainerRef, ExecSpec, LongConsumer)}; its result does not count. */
  public ExecHandle start(ContainerRef container, ExecSpec spec) {
    String tenant = RunningExec.tenant(container);
    return start(container, spec, bytes -> context.memory().giveBack(tenant, bytes));
  }

  /**
   * Starts a command.
   *
   * @param kept called once, before the result is complete, with the number of its bytes: they
   *     count in the {@link #budget}, for the tenant of the session, until they are given back
   * @throws dev.caravanserai.session.InvalidRequestException for arguments or environment that
   *     cannot be passed to a process, and for a time-out above the maximum
   * @throws FailureException LIMIT_REACHED if too many execs run
   */
  public ExecHandle start(ContainerRef container, ExecSpec spec, LongConsumer kept) {
    SuperviseInput.check(spec);
    Duration timeout = context.limits().timeout(spec);
    if (!places.tryAcquire()) {
      throw FailureException.of(
          FailureCode.LIMIT_REACHED,
          ("The command for %s was not started: %d commands run already, which is the limit"
                  + " (caravanserai.exec.parallel). Try again when some have ended.")
              .formatted(container, context.limits().parallel()));
    }
    RunningExec exec = new RunningExec(container, spec, context, this::answered, kept);
    String id = exec.execId();
    running.put(id, exec);
    exec.start(timeout);
    return new ExecHandle(
        id,
        exec.result(),
        () -> Optional.ofNullable(running.get(id)).ifPresent(RunningExec::cancel));
  }

  private void answered(RunningExec exec) {
    running.remove(exec.execId());
    places.release();
  }

  /**
   * Cancels the running execs. Returns when all processes are gone, after {@value #CLOSE_SECONDS} s
   * at most.
   */
  @Override
  public void close() {
    List<RunningExec> left = List.copyOf(running.values());
    left.forEach(RunningExec::cancel);
    CompletableFuture.allOf(
            left.stream()
                .map(exec -> exec.result().toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(notStarted -> null)
        .join();
  }

  public ExecLimits limits() {
    return context.limits();
  }

  /** How many run now. */
  public int running() {
    return context.limits().parallel() - places.availablePermits();
  }

  /** How many bytes of output are kept: of running ones, and of results that are in use. */
  public long memory() {
    return context.memory().used();
  }
}
