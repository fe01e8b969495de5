package dev.caravanserai.local;

import io.vertx.core.streams.WriteStream;

/** Makes a thread wait while the network is slower than what it writes. */
final class Throttle {
  private final WriteStream<?> out;
  private boolean closed;

  Throttle(WriteStream<?> out) {
    this.out = out;
    out.drainHandler(drained -> wake());
  }

  private synchronized void wake() {
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Waits for room.
   *
   * @return false when nobody reads any more
   */
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
