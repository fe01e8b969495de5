package dev.caravanserai.settings;

/** The kind of the cluster of sessions. */
public enum ClusterKind {
  /** The embedded cluster: an API server in this JVM, with processes as pods. */
  LOCAL,
  /** A Kubernetes API server. */
  API
}
