package dev.caravanserai.session;

/** The state of a session. Moves forward only. */
public enum State {
  /** Accepted; its pod has not become ready yet. */
  PENDING,
  /** Its pod has become ready. */
  RUNNING,
  /** Being stopped; its pod has not ended yet. */
  STOPPING,
  /** Stopped by a caller or the reaper. */
  STOPPED,
  /** Its main process ended with exit code 0. */
  COMPLETED,
  /** It could not start, or failed; see {@link Session#failure()}. */
  FAILED,
  /** Its pod was removed on purpose; its data is kept. */
  HIBERNATED
}
