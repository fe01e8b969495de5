package dev.caravanserai.component;

/** What {@code pod:<operation>} does. */
public enum Operation {
  /** Turns a request into a plan; touches nothing. */
  plan,
  /** Creates the plan's anchor, or its other objects. */
  apply,
  /** Waits until the plan's session is ready, or failed. */
  await,
  /** Reads one session. */
  get,
  /** Lists sessions. */
  list,
  /** Runs a command in a session. */
  exec,
  /** Reads a session's log. */
  logs,
  /** Ends a session. */
  delete,
  /** Tells every transition of every session (as a source). */
  events
}
