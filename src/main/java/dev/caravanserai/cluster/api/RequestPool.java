package dev.caravanserai.cluster.api;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Runs the client's blocking calls, each as short as one request, on a few threads, and counts
 * those that fail. Safe for use by several threads.
 */
final class RequestPool implements AutoCloseable {
  private static final int AT_ONCE = 16;
  private static final int IDLE_SECONDS = 30;

  private final FailureCounts failures = new FailureCounts();
  private final AtomicInteger number = new AtomicInteger();
  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          AT_ONCE,
          AT_ONCE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          this::daemon);

  RequestPool() {
    pool.allowCoreThreadTimeOut(true);
  }

  private Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "cluster-request-" + number.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * @param action for the words of a failure, such as {@code Creating Pod a/b}
   * @return fails with a {@link FailureException}
   */
  <T> CompletionStage<T> run(String action, Supplier<T> call) {
    return counted(
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return call.get();
              } catch (RuntimeException e) {
                throw ApiFailures.of(e, action);
              }
            },
            pool));
  }

  /** The same stage, with its failure counted. */
  <T> CompletionStage<T> counted(CompletionStage<T> request) {
    return request.whenComplete(
        (done, thrown) -> {
          if (thrown != null && root(thrown) instanceof FailureException failure) {
            failures.add(failure.failure().code());
          }
        });
  }

  long failures(FailureCode code) {
    return failures.of(code);
  }

  static Throwable root(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
