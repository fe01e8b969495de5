package dev.caravanserai.local;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for immediate and delayed tasks. It also polls pipes, because Java cannot select on
 * them: every {@value #MIN_MILLIS} ms while there is data, up to every {@value #MAX_MILLIS} ms
 * otherwise.
 */
final class Pump implements AutoCloseable {
  enum Found {
    SOME,
    NONE,
    END
  }

  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
  private static final long MIN_MILLIS = 1;
  private static final long MAX_MILLIS = 16;
  private static final long AFTER_FAILURE_MILLIS = 1_000;
  private static final long CLOSE_SECONDS = 30;
  private final ScheduledThreadPoolExecutor thread;

  Pump(String name) {
    thread = new ScheduledThreadPoolExecutor(1, task -> daemon(task, name));
    thread.setRemoveOnCancelPolicy(true); // cancelled tasks would stay referenced until due
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs a task on the thread; does nothing after {@link #close}. */
  void run(Runnable task) {
    later(Duration.ZERO, task);
  }

  /** As {@link #run}, after a delay. */
  Future<?> later(Duration wait, Runnable task) {
    try {
      return thread.schedule(() -> guarded(task), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("the local kubelet is closed");
      return CompletableFuture.completedFuture(null);
    }
  }

  /** Polls a source, which must not block, until its end; also if a poll fails. */
  void watch(Supplier<Found> source) {
    watch(source, MIN_MILLIS);
  }

  private void watch(Supplier<Found> source, long wait) {
    Runnable look =
        () -> {
          Found found;
          try {
            found = source.get();
          } catch (Throwable e) {
            watch(source, AFTER_FAILURE_MILLIS);
            throw e;
          }
          if (found != Found.END) {
            watch(source, found == Found.SOME ? MIN_MILLIS : Math.min(MAX_MILLIS, 2 * wait));
          }
        };
    later(Duration.ofMillis(wait), look);
  }

  /** Reads the available bytes, without waiting. */
  static byte[] available(InputStream in, int most) throws IOException {
    return in.readNBytes(Math.min(most, in.available()));
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.warn("a task of the local kubelet failed", e);
    }
  }

  /** Interrupts the running task and waits until it has ended. */
  @Override
  public void close() {
    thread.shutdownNow();
    awaitEnd(thread, CLOSE_SECONDS, "a task of the local kubelet did not end in time");
  }

  static void awaitEnd(ExecutorService thread, long seconds, String otherwise) {
    try {
      if (!thread.awaitTermination(seconds, TimeUnit.SECONDS)) {
        LOG.warn("local cluster: {}", otherwise);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
