package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.camel.util.IOHelper;

/**
 * A stream of a route, read and closed by the threads of an executor, as both may block.
 *
 * @param reads may run the close while it reads
 */
record StreamSource(InputStream stream, Executor reads) implements ByteSource {
  private static final int PIECE_BYTES = 64 * 1024;

  /** Reads the next piece on this thread; empty at the end. */
  Optional<byte[]> read() throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    int length = stream.read(piece);
    return length < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(piece, length));
  }

  @Override
  public CompletionStage<Optional<byte[]>> next() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return read();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        reads);
  }

  @Override
  public void close() {
    reads.execute(() -> IOHelper.close(stream));
  }
}
