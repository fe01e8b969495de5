package dev.caravanserai.cluster;

import java.util.concurrent.CompletionStage;

/**
 * Receives what a process in a container does. Called by one thread at a time, in order; must not
 * block. An exception ends the channel as {@link ExecEnd.Lost}, also that of a stage.
 */
public interface ExecListener {

  /** The process was accepted by the runtime; input may be written. */
  void onOpen(ExecChannel channel);

  /**
   * Bytes of standard output; the array is the listener's to keep.
   *
   * @return done when more is wanted: until then nothing is read from the connection
   */
  CompletionStage<Void> onStdout(byte[] bytes);

  /** Bytes of standard error, as {@link #onStdout}. */
  CompletionStage<Void> onStderr(byte[] bytes);

  /** Exactly once, last, also when it never opened. All output has been delivered before. */
  void onEnd(ExecEnd end);
}
