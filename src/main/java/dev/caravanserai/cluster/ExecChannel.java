package dev.caravanserai.cluster;

import java.util.concurrent.CompletionStage;

/** The input side of a process in a container. Safe for use by several threads. */
public interface ExecChannel extends AutoCloseable {

  /**
   * Sends bytes to standard input, in the order of the calls.
   *
   * @return done when the connection has taken them; failed when it is closed
   */
  CompletionStage<Void> write(byte[] bytes);

  /** Whether {@link #closeStdin()} reaches the process: not in {@code v4.channel.k8s.io}. */
  boolean canCloseStdin();

  /** Ends standard input (KEP-4006, v5.channel.k8s.io); does nothing where that is impossible. */
  void closeStdin();

  /** Drops the connection. The process goes on: end it by other means first. */
  @Override
  void close();
}
