package dev.caravanserai.local;

import io.vertx.core.streams.WriteStream;

/** Makes a thread wait while the network is slower than what it writes. */
final class Throttle {
  private final WriteStream<?> out;
  private boolean closed;

  Throttle(WriteStream<?> out) {
    this.out = out;
    out.drainHandler(drained -> wake(false));
  }

  void close() {
    wake(true);
  }

  private synchronized void wake(boolean close) {
    closed |= close;
    notifyAll();
  }

  /** Waits for room; false when nobody reads any more. */
  synchronized boolean awaitRoom() {
    try {
      while (!closed && out.writeQueueFull()) {
        wait(500);
      }
      return !closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
