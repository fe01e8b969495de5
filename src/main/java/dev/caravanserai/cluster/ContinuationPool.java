package dev.caravanserai.cluster;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs steps of routes, which may block, such as those that follow an asynchronous operation. A
 * task gets an idle thread, else a new one up to the pool's size, so that a slow or nested step
 * delays no other; beyond that it waits in the queue. Each operation has one continuation at a
 * time, so the limits on operations also bound the queue. Idle threads end after 30 s. Safe for use
 * by several threads.
 */
public final class ContinuationPool extends ThreadPoolExecutor {
  private static final int IDLE_SECONDS = 30;

  /**
   * @param name of its threads, before their number
   * @param size most threads, at least 1
   */
  public ContinuationPool(String name, int size) {
    super(0, size, IDLE_SECONDS, TimeUnit.SECONDS, new IdleThreadFirst());
    AtomicInteger number = new AtomicInteger();
    setThreadFactory(
        task -> {
          Thread thread = new Thread(task, name + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    setRejectedExecutionHandler(ContinuationPool::enqueue);
  }

  private static void enqueue(Runnable task, ThreadPoolExecutor full) {
    if (full.isShutdown()) {
      throw new RejectedExecutionException("the continuation pool is shut down");
    }
    full.getQueue().add(task);
  }

  /** A thread pool starts a thread where its queue refuses a task, and rejects when it is full. */
  private static final class IdleThreadFirst extends LinkedTransferQueue<Runnable> {
    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    @Override
    public boolean add(Runnable task) {
      return super.offer(task);
    }
  }
}
