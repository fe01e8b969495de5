package dev.caravanserai.cluster;

import java.util.concurrent.CompletionStage;

/** Logs of containers. Safe for use by several threads. */
@FunctionalInterface
public interface Logs {
  /**
   * Opens a container's log, byte for byte.
   *
   * @return done when its first bytes have arrived; of a log that is followed, when it is open.
   *     Fails with NOT_FOUND where there is no such pod or container, CONFLICT where it has no log
   *     yet or the runtime cannot read it, FORBIDDEN, CLUSTER_UNREACHABLE
   */
  CompletionStage<ByteSource> open(ContainerRef container, LogQuery query);

  /**
   * Reads a log into memory. Fails as {@link #open}.
   *
   * @param limit how many bytes at most, the last ones
   */
  default CompletionStage<byte[]> last(ContainerRef container, LogQuery query, int limit) {
    return open(container, query).thenCompose(log -> LastBytes.of(log, limit, added -> {}));
  }
}
