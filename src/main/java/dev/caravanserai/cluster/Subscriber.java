package dev.caravanserai.cluster;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener with a bounded queue of its own, so that a slow one delays no other. {@link #offer}
 * may be called with a lock held; the listener is called without, by one thread of the executor at
 * a time. Thread-safe.
 */
final class Subscriber implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);

  private final String name;
  private final int capacity;
  private final SessionListener listener;
  private final Queue<SessionUpdate> waiting = new ArrayDeque<>();
  private final AtomicLong droppedInAll = new AtomicLong();
  private long dropped;
  private boolean warned = true;
  private boolean running;
  private boolean closed;

  Subscriber(String name, int capacity, SessionListener listener) {
    this.name = name;
    this.capacity = capacity;
    this.listener = listener;
  }

  String name() {
    return name;
  }

  /** How many updates were dropped since the start. */
  long dropped() {
    return droppedInAll.get();
  }

  /** Queues an update; {@link #deliver} has to follow. */
  synchronized void offer(SessionUpdate update) {
    if (closed) {
      return;
    }
    if (waiting.size() < capacity) {
      waiting.add(update);
      return;
    }
    if (dropped++ == 0) {
      warned = false;
    }
    droppedInAll.incrementAndGet();
  }

  /** Delivers the queued updates, unless that is under way. */
  void deliver(Executor executor) {
    boolean warn;
    synchronized (this) {
      warn = !warned;
      warned = true;
    }
    if (warn) {
      LOG.warn(
          "subscriber={} is too slow: {} session updates wait for it, and more are dropped until it"
              + " has caught up",
          name,
          capacity);
    }
    synchronized (this) {
      if (running || waiting.isEmpty()) {
        return;
      }
      running = true;
    }
    try {
      executor.execute(this::run);
    } catch (RuntimeException | Error noThread) {
      LOG.error("subscriber={} gets its session updates with the next one", name, noThread);
      synchronized (this) {
        running = false;
      }
    }
  }

  private void run() {
    for (Runnable next = next(); next != null; next = next()) {
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        LOG.error("subscriber={} failed on a session update", name, e);
      }
    }
  }

  private synchronized Runnable next() {
    SessionUpdate update = waiting.poll();
    if (update != null) {
      return () -> listener.onUpdate(update);
    }
    long lost = dropped;
    dropped = 0;
    if (lost > 0 && !closed) {
      return () -> listener.onDropped(lost);
    }
    running = false;
    return null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}
