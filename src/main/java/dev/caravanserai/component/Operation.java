package dev.caravanserai.component;

/** What {@code pod:<operation>} does. */
public enum Operation {
  /** Turns a request into a plan; touches nothing. */
  plan,
  /** Creates the plan's anchor, or joins the start that has created it. */
  anchor,
  /** Creates the plan's other objects. */
  objects,
  /** Waits until the session is ready. */
  await,
  /** Undoes a failed start, and fails with what made it fail. */
  undo,
  /** Keeps a failure on the anchor, so that it can be read for a while. */
  fail,
  /** Reads one session. */
  get,
  /** Lists the tenant's sessions. */
  list,
  /** Lists the sessions, of every tenant, whose time is over. */
  due,
  /** Lists the sessions, of every tenant, that failed and whose failure is not kept yet. */
  failed,
  /** Runs a command in a session. */
  exec,
  /** Reads a session's log into memory, its end if it is too long. */
  logs,
  /** Opens a session's log as a stream. */
  logstream,
  /** Ends a session. */
  delete,
  /** Ends a session whose time is over. */
  reap,
  /** Lists the pods, of every tenant, whose anchor is not known. */
  orphans,
  /** Ends the pod in the body if the cluster has no anchor for it. */
  orphan,
  /** Lists the namespaces of sessions, for {@code kubernetes-*} endpoints. */
  namespaces,
  /** Finds those of the cluster's events in the body that regard a session. */
  regarding,
  /** Delivers every transition of every session (as a source). */
  events
}
