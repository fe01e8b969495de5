package dev.caravanserai.cluster;

/**
 * Hears what a process in a container does. Called by one thread at a time, in order; must not
 * block. What it throws ends the channel as {@link ExecEnd.Lost}.
 */
public interface ExecListener {

  /** The process was accepted by the runtime; input may be written. */
  void onOpen(ExecChannel channel);

  /** Bytes of standard output; the array is the listener's to keep. */
  void onStdout(byte[] bytes);

  /** Bytes of standard error; the array is the listener's to keep. */
  void onStderr(byte[] bytes);

  /** Exactly once, last, also when it never opened. All output has been delivered before. */
  void onEnd(ExecEnd end);
}
