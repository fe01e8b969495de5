package dev.caravanserai.cluster;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Bytes with demand: nothing is read ahead of the reader. For one reader, who calls {@link #next}
 * again only when the previous stage is done.
 */
@FunctionalInterface
public interface ByteSource extends AutoCloseable {
  int CHUNK = 256 * 1024;

  /**
   * Reads the next bytes; empty at the end.
   *
   * @return may complete on a network thread, which must not block; after a failure the source
   *     cannot be used again
   */
  CompletionStage<Optional<byte[]>> next();

  /** Ends the reading, also while bytes are awaited, which then fails. Does not block. */
  @Override
  default void close() {}

  /** Whether it lasts as long as what it reports on, so that a shutdown must end it. */
  default boolean endless() {
    return false;
  }

  /** Bytes that are in memory. */
  static ByteSource of(byte[] all) {
    int[] from = {0};
    return () -> {
      int to = Math.min(all.length, from[0] + CHUNK);
      Optional<byte[]> chunk =
          from[0] == to ? Optional.empty() : Optional.of(Arrays.copyOfRange(all, from[0], to));
      from[0] = to;
      return CompletableFuture.completedFuture(chunk);
    };
  }
}
