package dev.caravanserai.cluster;

/** Starts processes in containers. Returns at once; all that happens is told to the listener. */
@FunctionalInterface
public interface ExecOpener {
  void open(ExecStart start, ExecListener listener);
}
