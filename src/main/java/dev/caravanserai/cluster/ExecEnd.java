package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;

/** How a channel to a process ended. */
public sealed interface ExecEnd {

  /** The runtime reported the exit code. */
  record Exited(int code) implements ExecEnd {}

  /** The runtime or the cluster refused to start it, in its own words. */
  record Refused(Failure failure) implements ExecEnd {}

  /** The connection ended without a status; whether the process still runs is unknown. */
  record Lost(Failure failure) implements ExecEnd {}
}
