package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.Failure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What all execs of a cluster share.
 *
 * @param timer for tasks of microseconds
 * @param answers completes the results, and runs what callers do then
 */
record ExecContext(
    ExecOpener opener,
    ScheduledExecutorService timer,
    Executor answers,
    ContainerEnds ends,
    ExecLimits limits,
    Shares memory) {
  /** How long one request may take, unless its sender has another limit. */
  static final long ANSWER_WITHIN_MS = 2_000;

  /** Why a container is known to have ended; empty also if that cannot be read. */
  Optional<Failure> known(ContainerRef container) {
    try {
      return ends.known(container);
    } catch (RuntimeException unknown) {
      return Optional.empty();
    }
  }

  /** Why a container has ended; empty also if the cluster does not answer within the time. */
  CompletionStage<Optional<Failure>> ended(ContainerRef container, long withinMs) {
    try {
      Optional<Failure> known = ends.known(container);
      return known.isPresent()
          ? CompletableFuture.completedFuture(known)
          : ends.ask(container)
              .exceptionally(unknown -> Optional.empty())
              .toCompletableFuture()
              .copy()
              .completeOnTimeout(Optional.empty(), withinMs, TimeUnit.MILLISECONDS);
    } catch (RuntimeException unknown) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  /** Completes a result; by this thread when all is being shut down. */
  void answer(Runnable completion) {
    try {
      answers.execute(completion);
    } catch (RejectedExecutionException shutDown) {
      completion.run();
    }
  }

  /** Runs something later; at once when all is being shut down, so that every exec gets an end. */
  Future<?> later(Runnable what, long ms) {
    try {
      return timer.schedule(what, ms, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException shutDown) {
      what.run();
      return CompletableFuture.completedFuture(null);
    }
  }
}
