package dev.caravanserai.session;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A session as callers see it.
 *
 * @param id unique within its tenant
 * @param ready whether its pod can be used now; only when the state is {@link State#RUNNING}, where
 *     it may come and go
 * @param container the pod's container that exec and logs take when none is named
 * @param startedAt when it was ready first
 * @param lastActivityAt the last start, exec or stream, to within 30 s
 * @param expiresAt when the reaper ends it
 * @param failure why, when the state is {@link State#FAILED}
 * @param labels the caller's labels only
 */
@RecordBuilder
public record Session(
    String id,
    String tenant,
    String profile,
    State state,
    boolean ready,
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
    Map<String, Object> metadata)
    implements SessionBuilder.With {

  /**
   * The pod that runs it.
   *
   * @param node empty until it is scheduled
   * @param phase Kubernetes' pod phase
   * @param restarts sum over its containers
   * @param warnings containers beside the main one that have ended, one sentence each
   */
  public record Pod(
      String name,
      String uid,
      Optional<String> node,
      String phase,
      int restarts,
      List<String> warnings) {
    public Pod {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(uid, "uid");
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Its storage.
   *
   * @param claim name of the PersistentVolumeClaim
   * @param size the requested Kubernetes quantity
   * @param storageClass of the claim, once known
   * @param path where it is mounted
   */
  public record Storage(String claim, String size, Optional<String> storageClass, String path) {}

  public SessionKey key() {
    return new SessionKey(cluster, tenant, id);
  }

  /** Whether both are the same life, not two sessions with the same id. */
  public boolean sameLife(Session other) {
    return key().equals(other.key()) && createdAt.equals(other.createdAt);
  }

  public boolean ended() {
    return List.of(State.STOPPED, State.COMPLETED, State.FAILED).contains(state);
  }

  /** The same session once it is gone. */
  public Session stopped() {
    return with(to -> to.state(State.STOPPED).ready(false));
  }
}
