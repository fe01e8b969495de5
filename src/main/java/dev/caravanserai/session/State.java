package dev.caravanserai.session;

/** What a session is doing. */
public enum State {
  /** Accepted; its pod is not ready yet. */
  PENDING,
  /** Its pod is ready for use. */
  RUNNING,
  /** Asked to end; its pod is still going. */
  STOPPING,
  /** Ended by a caller or the reaper. */
  STOPPED,
  /** Its main process ended with exit code 0. */
  COMPLETED,
  /** It could not start, or broke; {@link Session#failure()} tells why. */
  FAILED,
  /** Its pod is gone on purpose, its data is kept. */
  HIBERNATED
}
