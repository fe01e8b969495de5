package dev.caravanserai.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A session as its callers see it. Made with {@link #builder}.
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
    Map<String, Object> metadata) {

  /**
   * The pod that runs it.
   *
   * @param node empty until it is scheduled
   * @param phase Kubernetes' pod phase
   * @param restarts of all its containers
   * @param warnings what has ended beside the main container, one sentence each
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
   * @param size the Kubernetes quantity asked for
   * @param storageClass as the claim says, once known
   * @param path where it is mounted
   */
  public record Storage(String claim, String size, Optional<String> storageClass, String path) {}

  public SessionKey key() {
    return new SessionKey(cluster, tenant, id);
  }

  /** Whether another value is of the same life, not of another session with the same id. */
  public boolean sameLife(Session other) {
    return key().equals(other.key()) && createdAt.equals(other.createdAt);
  }

  public boolean ended() {
    return List.of(State.STOPPED, State.COMPLETED, State.FAILED).contains(state);
  }

  /** The same session once it is gone. */
  public Session stopped() {
    return new Builder(this).state(State.STOPPED).ready(false).build();
  }

  /** A PENDING session without anything that may be absent. */
  public static Builder builder(SessionKey key) {
    return new Builder(key);
  }

  /** Makes sessions by the names of their parts. Not thread-safe. */
  public static final class Builder {
    private final SessionKey key;
    private String profile = "";
    private State state = State.PENDING;
    private boolean ready;
    private String image = "";
    private String namespace = "";
    private String container = "";
    private Optional<Pod> pod = Optional.empty();
    private Optional<Storage> storage = Optional.empty();
    private Instant createdAt = Instant.EPOCH;
    private Optional<Instant> startedAt = Optional.empty();
    private Instant lastActivityAt = Instant.EPOCH;
    private Instant expiresAt = Instant.EPOCH;
    private Optional<Failure> failure = Optional.empty();
    private Map<String, String> labels = Map.of();
    private Map<String, Object> metadata = Map.of();

    private Builder(SessionKey key) {
      this.key = key;
    }

    private Builder(Session of) {
      this(of.key());
      profile(of.profile).state(of.state).ready(of.ready).image(of.image).failure(of.failure);
      place(of.namespace, of.container).pod(of.pod).storage(of.storage);
      created(of.createdAt).started(of.startedAt).used(of.lastActivityAt).expires(of.expiresAt);
      labels(of.labels).metadata(of.metadata);
    }

    public Builder profile(String profile) {
      this.profile = profile;
      return this;
    }

    public Builder state(State state) {
      this.state = state;
      return this;
    }

    public Builder ready(boolean ready) {
      this.ready = ready;
      return this;
    }

    public Builder image(String image) {
      this.image = image;
      return this;
    }

    public Builder place(String namespace, String container) {
      this.namespace = namespace;
      this.container = container;
      return this;
    }

    public Builder pod(Optional<Pod> pod) {
      this.pod = pod;
      return this;
    }

    public Builder storage(Optional<Storage> storage) {
      this.storage = storage;
      return this;
    }

    public Builder created(Instant at) {
      this.createdAt = at;
      return this;
    }

    public Builder started(Optional<Instant> at) {
      this.startedAt = at;
      return this;
    }

    public Builder used(Instant at) {
      this.lastActivityAt = at;
      return this;
    }

    public Builder expires(Instant at) {
      this.expiresAt = at;
      return this;
    }

    public Builder failure(Optional<Failure> failure) {
      this.failure = failure;
      return this;
    }

    public Builder labels(Map<String, String> labels) {
      this.labels = labels;
      return this;
    }

    public Builder metadata(Map<String, Object> metadata) {
      this.metadata = metadata;
      return this;
    }

    public Session build() {
      return new Session(
          key.id(),
          key.tenant(),
          profile,
          state,
          ready,
          image,
          key.cluster(),
          namespace,
          container,
          pod,
          storage,
          createdAt,
          startedAt,
          lastActivityAt,
          expiresAt,
          failure,
          labels,
          metadata);
    }
  }
}
