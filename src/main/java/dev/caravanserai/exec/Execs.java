package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs commands in containers, supervised: their end is told for certain, and nothing of them is
 * left when they are ended early. No thread waits for them. Nothing is ever run twice. Safe for use
 * by several threads.
 */
public final class Execs implements AutoCloseable {
  /** Longer than the default grace between TERM and KILL, and the last output after it. */
  private static final long CLOSE_SECONDS = 8;

  private final ExecSurroundings surroundings;
  private final Semaphore places;
  private final Set<RunningExec> running = ConcurrentHashMap.newKeySet();
  private final int parallel;

  /**
   * @param scheduler for time-outs and short waits; not closed by this class
   * @param answers where results are given and {@code gone} is asked; may be blocked by neither
   * @param gone says why a container is no longer there, or empty while it is; asked when a
   *     connection is lost or a command was killed, best answered from memory
   * @param parallel most execs at once, at least 1; further ones are refused with LIMIT_REACHED
   */
  public Execs(
      ExecOpener opener,
      ScheduledExecutorService scheduler,
      Executor answers,
      Function<ContainerRef, Optional<Failure>> gone,
      int parallel) {
    this.surroundings = new ExecSurroundings(opener, new Killer(opener), scheduler, answers, gone);
    this.places = new Semaphore(parallel);
    this.parallel = parallel;
  }

  /** As {@link #start}, for who never cancels. */
  public CompletionStage<ExecResult> run(ContainerRef container, ExecSpec spec, ExecLimits limits) {
    return start(container, spec, limits).result();
  }

  /**
   * Starts a command; returns at once.
   *
   * @throws dev.caravanserai.session.InvalidRequestException for what no process can be given
   * @throws FailureException LIMIT_REACHED when too many execs run
   */
  public ExecHandle start(ContainerRef container, ExecSpec spec, ExecLimits limits) {
    ExecHeader.check(spec);
    if (!places.tryAcquire()) {
      throw FailureException.of(
          FailureCode.LIMIT_REACHED,
          "The command for "
              + container
              + " was not started: "
              + parallel
              + " commands run already, which is the limit. Try again when some have ended.");
    }
    RunningExec exec =
        new RunningExec(new ExecRequest(id(), id(), container, spec, limits), surroundings);
    running.add(exec);
    exec.result()
        .whenComplete(
            (result, error) -> {
              running.remove(exec);
              places.release();
            });
    exec.start();
    return exec;
  }

  /**
   * Cancels what still runs, since nobody is left to time it out. Returns when all processes are
   * gone, after {@value #CLOSE_SECONDS} s at most.
   */
  @Override
  public void close() {
    List<RunningExec> left = List.copyOf(running);
    left.forEach(RunningExec::cancel);
    CompletableFuture.allOf(
            left.stream()
                .map(exec -> exec.result().toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(notStarted -> null)
        .join();
  }

  /** How many run now. */
  public int running() {
    return parallel - places.availablePermits();
  }

  private static String id() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
