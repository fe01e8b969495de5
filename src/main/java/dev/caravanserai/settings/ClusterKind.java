package dev.caravanserai.settings;

/** What the sessions' cluster is. */
public enum ClusterKind {
  /** The embedded one: an API server and process-backed pods inside this JVM. */
  LOCAL,
  /** A Kubernetes API server. */
  API
}
