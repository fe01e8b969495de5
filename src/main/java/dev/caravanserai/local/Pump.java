package dev.caravanserai.local;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for tasks that are due now or later. Java's pipes cannot be selected, so it looks for
 * their bytes: soon after there were some, more and more seldom while there are none.
 */
final class Pump implements AutoCloseable {
  enum Found {
    SOME,
    NONE,
    END
  }

  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
  private static final long SOON_MILLIS = 1;
  private static final long SELDOM_MILLIS = 16;
  private final ScheduledThreadPoolExecutor thread;

  Pump(String name) {
    thread = new ScheduledThreadPoolExecutor(1, task -> daemon(task, name));
    thread.setRemoveOnCancelPolicy(true); // else what is cancelled stays until its time comes
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs it on the thread; not at all once closed. */
  void run(Runnable task) {
    later(Duration.ZERO, task);
  }

  /** As {@link #run}, after a while; unless it is cancelled. */
  Future<?> later(Duration wait, Runnable task) {
    try {
      return thread.schedule(() -> guarded(task), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("the local kubelet is closed");
      return CompletableFuture.completedFuture(null);
    }
  }

  /** Asks it, which must not block, again and again until its end. */
  void watch(Supplier<Found> source) {
    watch(source, SOON_MILLIS);
  }

  private void watch(Supplier<Found> source, long wait) {
    Runnable look =
        () -> {
          Found found = source.get();
          if (found != Found.END) {
            watch(source, found == Found.SOME ? SOON_MILLIS : Math.min(SELDOM_MILLIS, 2 * wait));
          }
        };
    later(Duration.ofMillis(wait), look);
  }

  /** What can be read without waiting. */
  static byte[] available(InputStream in, int most) throws IOException {
    return in.readNBytes(Math.min(most, in.available()));
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.warn("the local kubelet could not go on with a task", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
