package dev.caravanserai.http;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Threads that read the streams which routes answer with. A stream that has a place always finds a
 * thread, so a silent one delays no other and no other work of the server.
 */
final class Streams implements Executor {
  private final int limit;
  private final Map<String, Integer> taken = new HashMap<>();
  private final Executor threads;

  /**
   * @param threads without a queue and without a limit
   */
  Streams(int limit, Executor threads) {
    this.limit = limit;
    this.threads = threads;
  }

  /**
   * Takes a place, to be given back with {@link #leave}.
   *
   * @return false if none is free, or the tenant has all but a quarter of them
   */
  synchronized boolean enter(String tenant) {
    boolean free = open() < limit && taken.getOrDefault(tenant, 0) < limit - limit / 4;
    if (free) {
      taken.merge(tenant, 1, Integer::sum);
    }
    return free;
  }

  /** How many have a place. */
  synchronized int open() {
    return taken.values().stream().mapToInt(Integer::intValue).sum();
  }

  synchronized void leave(String tenant) {
    taken.computeIfPresent(tenant, (name, places) -> places == 1 ? null : places - 1);
  }

  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }
}
