package dev.caravanserai.cluster;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Makes timers: one daemon thread for tasks of microseconds. What is cancelled is forgotten at
 * once; Java's own keep it until its time would have come, and a time-out of hours with it.
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

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
