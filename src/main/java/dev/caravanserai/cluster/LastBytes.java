package dev.caravanserai.cluster;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/** Reads a source to its end and keeps its last bytes. */
public final class LastBytes extends ByteArrayOutputStream {
  private final ByteSource source;
  private final int limit;
  private final IntConsumer room;
  private final CompletableFuture<byte[]> end = new CompletableFuture<>();

  private LastBytes(ByteSource source, int limit, IntConsumer room) {
    this.source = source;
    this.limit = limit;
    this.room = room;
  }

  /**
   * @param limit how many bytes to keep
   * @param room called with the number of bytes before each growth of what is kept; if it throws,
   *     the stage fails with that
   */
  public static CompletionStage<byte[]> of(ByteSource source, int limit, IntConsumer room) {
    LastBytes last = new LastBytes(source, limit, room);
    last.read();
    return last.end;
  }

  private void read() {
    source.next().whenComplete(this::add);
  }

  private void add(Optional<byte[]> piece, Throwable thrown) {
    try {
      if (thrown != null) {
        end.completeExceptionally(thrown);
      } else if (piece.isEmpty()) {
        end.complete(Arrays.copyOfRange(buf, Math.max(0, count - limit), count));
      } else {
        room.accept(Math.min(piece.get().length, Math.max(0, limit - count)));
        write(piece.get(), 0, piece.get().length);
        trim();
        read();
      }
    } catch (RuntimeException | Error e) {
      source.close();
      end.completeExceptionally(e);
    }
  }

  private void trim() {
    if (count - limit > Math.max(limit / 4, 64 * 1024)) {
      System.arraycopy(buf, count - limit, buf, 0, limit);
      count = limit;
    }
  }
}
