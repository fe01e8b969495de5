package dev.caravanserai.http;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Threads that read the streams which routes answer with. A stream that has a place always finds a
 * thread, so a silent one delays no other and no other work of the server.
 */
final class Streams implements Executor {
  private final int limit;
  private final Semaphore places;
  private final Executor threads;

  /**
   * @param threads without a queue and without a limit
   */
  Streams(int limit, Executor threads) {
    this.limit = limit;
    this.places = new Semaphore(limit);
    this.threads = threads;
  }

  /** Takes a place, to be given back with {@link #leave}; false if none is free. */
  boolean enter() {
    return places.tryAcquire();
  }

  /** How many have a place. */
  int open() {
    return limit - places.availablePermits();
  }

  void leave() {
    places.release();
  }

  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }
}
