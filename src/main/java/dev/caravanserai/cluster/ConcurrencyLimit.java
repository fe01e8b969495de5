package dev.caravanserai.cluster;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Bounds how many asynchronous calls run at once. The others wait, without a thread: the calls of
 * one tenant in order, and the tenants take turns, so that none holds up the others. Thread-safe.
 */
public final class ConcurrencyLimit {
  private final int limit;
  private final int queue;

  /** By tenant, the one whose turn is next first; no queue is empty. */
  private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

  private int running;

  /** Places that calls have left and that are not given to others yet. */
  private final AtomicInteger free = new AtomicInteger();

  /**
   * @param limit most calls at once, at least 1
   * @param queue most waiting calls of each tenant
   */
  public ConcurrencyLimit(int limit, int queue) {
    this.limit = limit;
    this.queue = queue;
  }

  /**
   * @param tenant for which the call is made; any constant for calls of no tenant
   * @return what the call's stage completes with; also what the call throws before it returns one;
   *     fails with LIMIT_REACHED if the tenant's queue is full, and the call is not made then
   */
  public <T> CompletionStage<T> run(String tenant, Supplier<CompletionStage<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    boolean accepted =
        enter(
            tenant,
            () ->
                started(call)
                    .whenComplete(
                        (done, thrown) -> {
                          leave();
                          if (thrown == null) {
                            result.complete(done);
                          } else {
                            result.completeExceptionally(thrown);
                          }
                        }));
    return accepted ? result : CompletableFuture.failedFuture(full());
  }

  private FailureException full() {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "%d requests to the cluster wait already, which is the limit of a tenant (caravanserai.cluster.queue). Try again when some have been answered."
            .formatted(queue));
  }

  /** How many calls wait. */
  public synchronized int waiting() {
    return waiting.values().stream().mapToInt(Queue::size).sum();
  }

  private static <T> CompletionStage<T> started(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private boolean enter(String tenant, Runnable call) {
    synchronized (this) {
      if (running == limit) {
        Queue<Runnable> own = waiting.computeIfAbsent(tenant, first -> new ArrayDeque<>());
        return own.size() < queue && own.add(call);
      }
      running++;
    }
    call.run();
    return true;
  }

  /** Calls that end at once are started in a loop, not one within the other. */
  private void leave() {
    if (free.getAndIncrement() == 0) {
      do {
        next().ifPresent(Runnable::run);
      } while (free.decrementAndGet() > 0);
    }
  }

  /** The call that takes a place which has become free. */
  private synchronized Optional<Runnable> next() {
    if (waiting.isEmpty()) {
      running--;
      return Optional.empty();
    }
    String tenant = waiting.keySet().iterator().next();
    Queue<Runnable> own = waiting.remove(tenant);
    Runnable next = own.remove();
    if (!own.isEmpty()) {
      waiting.put(tenant, own); // behind the other tenants
    }
    return Optional.of(next);
  }
}
