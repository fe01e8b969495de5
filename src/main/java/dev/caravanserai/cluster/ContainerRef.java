package dev.caravanserai.cluster;

import dev.caravanserai.session.SessionKey;
import java.time.Instant;
import java.util.Optional;

/**
 * One container of one pod.
 *
 * @param run which life of the pod and run of the container is meant; empty for the current one
 */
public record ContainerRef(String namespace, String pod, String container, Optional<Run> run) {

  /**
   * One run of a container of a session.
   *
   * @param expiresAt when the session expires
   * @param restarts how often the container had been restarted before
   */
  public record Run(SessionKey session, Instant expiresAt, String podUid, int restarts) {}

  public ContainerRef(String namespace, String pod, String container) {
    this(namespace, pod, container, Optional.empty());
  }

  @Override
  public String toString() {
    return namespace + "/" + pod + "/" + container;
  }
}
