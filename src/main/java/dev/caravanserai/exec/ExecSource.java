package dev.caravanserai.exec;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Standard input of a command. Read when the connection has taken the previous bytes. */
interface ExecSource {
  int CHUNK = 256 * 1024;

  /** The next bytes, or empty at the end. Called by one thread at a time. */
  CompletionStage<Optional<byte[]>> next();

  /** Input that is in memory. */
  static ExecSource of(byte[] all) {
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
