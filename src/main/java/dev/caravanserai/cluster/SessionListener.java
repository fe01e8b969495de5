package dev.caravanserai.cluster;

/**
 * Receives the updates of all sessions of a cluster: one at a time, in order, with no lock held. It
 * may block; then only its own queue fills.
 */
@FunctionalInterface
public interface SessionListener {
  void onUpdate(SessionUpdate update);

  /**
   * Updates were dropped because this listener's queue was full. Called in their place, so a
   * listener that waits for something reads {@link SessionIndex} again here.
   *
   * @param dropped how many since the last call
   */
  default void onDropped(long dropped) {}
}
