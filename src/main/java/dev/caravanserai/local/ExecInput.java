package dev.caravanserai.local;

import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/** Standard input of an exec. Uses a thread only while data is written. Thread-safe. */
final class ExecInput {
  private static final int MAX_BUFFERED_BYTES = 512 << 10;
  private final ServerWebSocket from;
  private final ExecutorService pool;
  private CompletableFuture<OutputStream> last;
  private int held;

  ExecInput(ServerWebSocket from, ExecutorService pool, CompletableFuture<Process> process) {
    this.from = from;
    this.pool = pool;
    this.last = process.thenApply(Process::getOutputStream);
  }

  synchronized void add(byte[] bytes) {
    held += bytes.length;
    if (held > MAX_BUFFERED_BYTES) {
      from.pause();
    }
    last = last.thenApplyAsync(stdin -> write(stdin, bytes), pool);
  }

  /** Closes standard input after the data so far. */
  synchronized void end() {
    last = last.thenApplyAsync(ExecInput::close, pool);
  }

  private OutputStream write(OutputStream stdin, byte[] bytes) {
    try {
      stdin.write(bytes);
      stdin.flush();
      return stdin;
    } catch (IOException closedByProcess) {
      return OutputStream.nullOutputStream();
    } finally {
      written(bytes.length);
    }
  }

  private synchronized void written(int length) {
    held -= length;
    if (held <= MAX_BUFFERED_BYTES / 2) {
      from.resume();
    }
  }

  private static OutputStream close(OutputStream stdin) {
    try (stdin) {
      return OutputStream.nullOutputStream();
    } catch (IOException closedByProcess) {
      return OutputStream.nullOutputStream();
    }
  }
}
