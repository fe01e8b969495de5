package dev.caravanserai.cluster;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Lets so many asynchronous calls run at once; the others wait, without a thread, in order.
 * Thread-safe.
 */
public final class ConcurrencyLimit {
  private final int limit;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;

  public ConcurrencyLimit(int limit) {
    this.limit = limit;
  }

  /**
   * @return what the call's stage completes with; also what the call throws before it returns one
   */
  public <T> CompletionStage<T> run(Supplier<CompletionStage<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    enter(
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
    return result;
  }

  private static <T> CompletionStage<T> started(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void enter(Runnable call) {
    synchronized (this) {
      if (running == limit) {
        waiting.add(call);
        return;
      }
      running++;
    }
    call.run();
  }

  private void leave() {
    Runnable next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        running--;
        return;
      }
    }
    next.run();
  }
}
