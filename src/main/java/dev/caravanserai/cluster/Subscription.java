package dev.caravanserai.cluster;

/** Ends when it is closed: nothing is delivered that has not begun by then. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
