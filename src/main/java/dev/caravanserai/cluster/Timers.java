package dev.caravanserai.cluster;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates timers and thread pools of daemon threads. A timer has one thread, for tasks of
 * microseconds, and drops a cancelled task at once; Java's own keep it until its time.
 */
public final class Timers {
  private Timers() {}

  /** The caller's to shut down. */
  public static ScheduledExecutorService named(String thread) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, task -> daemon(task, thread));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Daemon threads, one more for each task that finds none free. The caller's to shut down. */
  public static ExecutorService threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> daemon(task, name + "-" + number.incrementAndGet()));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
