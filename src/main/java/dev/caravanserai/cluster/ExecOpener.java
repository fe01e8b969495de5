package dev.caravanserai.cluster;

/** Starts processes in containers. Returns at once; the listener gets all events. */
@FunctionalInterface
public interface ExecOpener {
  void open(ExecStart start, ExecListener listener);
}
