package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** The answer to one request: given once, the first one counts. Safe for several threads. */
final class ExecAnswer {
  private final long askedAt = System.nanoTime();
  private final AtomicBoolean given = new AtomicBoolean();
  private final CompletableFuture<ExecResult> result = new CompletableFuture<>();
  private final String id;
  private final ExecOutput output;
  private final Executor answers;

  ExecAnswer(ExecRequest request, ExecOutput output, Executor answers) {
    this.id = request.id();
    this.output = output;
    this.answers = answers;
  }

  CompletionStage<ExecResult> result() {
    return result.minimalCompletionStage();
  }

  void give(Outcome outcome) {
    if (given.compareAndSet(false, true)) {
      Duration duration = Duration.ofNanos(System.nanoTime() - askedAt);
      ExecResult told = output.result(id, outcome, duration);
      answers.execute(() -> result.complete(told));
    }
  }

  /** The command could not be tried. */
  void fail(Failure failure) {
    if (given.compareAndSet(false, true)) {
      answers.execute(() -> result.completeExceptionally(new FailureException(failure)));
    }
  }
}
