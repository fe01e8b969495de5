package dev.caravanserai.local;

import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;

/** The standard input of an exec: holds a thread only while there is some to write. Thread-safe. */
final class ExecInput {
  private static final int MOST = 512 << 10;
  private final ServerWebSocket from;
  private final ExecutorService pool;
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private Optional<OutputStream> to = Optional.empty();
  private int held;
  private boolean writing;
  private boolean ended;

  ExecInput(ServerWebSocket from, ExecutorService pool) {
    this.from = from;
    this.pool = pool;
  }

  synchronized void to(OutputStream stdin) {
    to = Optional.of(stdin);
    wake();
  }

  synchronized void add(byte[] bytes) {
    if (ended) {
      return;
    }
    waiting.add(bytes);
    held += bytes.length;
    if (held > MOST) {
      from.pause();
    }
    wake();
  }

  /** No more comes. */
  synchronized void end() {
    ended = true;
    wake();
  }

  private void wake() {
    if (to.isPresent() && !writing && (ended || !waiting.isEmpty())) {
      writing = true;
      OutputStream stdin = to.get();
      pool.execute(() -> write(stdin));
    }
  }

  private void write(OutputStream stdin) {
    try {
      for (Optional<byte[]> bytes = next(); bytes.isPresent(); bytes = next()) {
        stdin.write(bytes.get());
        stdin.flush();
      }
    } catch (IOException readsNoFurther) {
      discard();
    }
  }

  private synchronized Optional<byte[]> next() throws IOException {
    Optional<byte[]> bytes = Optional.ofNullable(waiting.poll());
    held -= bytes.map(b -> b.length).orElse(0);
    if (held <= MOST / 2) {
      from.resume();
    }
    if (bytes.isEmpty()) {
      writing = false;
      if (ended) {
        to.orElseThrow().close();
      }
    }
    return bytes;
  }

  /** So that the caller's close frame is still read. */
  private synchronized void discard() {
    ended = true;
    to = Optional.empty();
    waiting.clear();
    from.resume();
  }
}
