package dev.caravanserai.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A session as its callers see it.
 *
 * @param id unique within its tenant
 * @param container the pod's container that exec and logs take when none is named
 * @param lastActivityAt the last start, exec or stream, to within 30 s
 * @param expiresAt when the reaper ends it
 * @param failure why, when the state is {@link State#FAILED}
 * @param labels the caller's labels only
 */
public record Session(
    String id,
    String tenant,
    String profile,
    State state,
    String image,
    String cluster,
    String namespace,
    String container,
    Optional<Pod> pod,
    Optional<Storage> storage,
    Instant createdAt,
    Optional<Instant> startedAt,
    Instant lastActivityAt,
    Instant expiresAt,
    Optional<Failure> failure,
    Map<String, String> labels,
    Map<String, Object> metadata) {

  /**
   * The pod that runs it.
   *
   * @param node empty until it is scheduled
   * @param phase Kubernetes' pod phase
   * @param restarts of its main container
   */
  public record Pod(String name, String uid, Optional<String> node, String phase, int restarts) {
    public Pod {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(uid, "uid");
    }
  }

  /**
   * Its storage.
   *
   * @param claim name of the PersistentVolumeClaim
   * @param size the Kubernetes quantity asked for
   * @param storageClass as the claim says, once known
   * @param path where it is mounted
   */
  public record Storage(String claim, String size, Optional<String> storageClass, String path) {}

  public SessionKey key() {
    return new SessionKey(cluster, tenant, id);
  }

  public boolean ended() {
    return List.of(State.STOPPED, State.COMPLETED, State.FAILED).contains(state);
  }
}
