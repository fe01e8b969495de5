package dev.caravanserai.cluster;

import java.util.concurrent.CompletionStage;

/** Logs of containers. Safe for use by several threads. */
@FunctionalInterface
public interface Logs {
  /**
   * Reads a container's log, byte for byte.
   *
   * @return fails with NOT_FOUND where there is no such pod or container, CONFLICT where it has no
   *     log yet, FORBIDDEN, CLUSTER_UNREACHABLE
   */
  CompletionStage<byte[]> read(ContainerRef container, LogQuery query);
}
