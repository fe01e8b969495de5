package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Creates the anchor of a plan, or joins a start that has created it. The anchor's fixed name
 * decides which of several requests makes the session. A request that is refused and finds the name
 * taken joins if it is the same request (same Idempotency-Key, same content); any other fails with
 * CONFLICT. If the anchor carries the plan's own mark, the create succeeded and only its response
 * was lost.
 */
public final class Anchors {
  private final Cluster cluster;
  private final UnconfirmedCreates unconfirmed;

  public Anchors(Cluster cluster, UnconfirmedCreates unconfirmed) {
    this.cluster = cluster;
    this.unconfirmed = unconfirmed;
  }

  /**
   * @return the start; fails with CONFLICT if another request has the name or the Idempotency-Key,
   *     else with what the cluster refused
   */
  public CompletionStage<Start> createOrJoin(Plan plan) {
    return cluster
        .watch(plan.namespace())
        .thenCompose(
            watching ->
                takenElsewhere(plan)
                    .<CompletionStage<Start>>map(Anchors::failed)
                    .orElseGet(() -> created(plan)))
        .thenCompose(
            start ->
                start.joined() ? CompletableFuture.completedFuture(start) : unlessElsewhere(start));
  }

  /**
   * Whether the key belongs to a session with another id, or the id to a session of another
   * namespace; the name of the anchor decides on all others. A request without an id takes its id
   * from its key, so only one with an id can differ.
   */
  private Optional<FailureException> takenElsewhere(Plan plan) {
    if (keyHasAnotherId(plan)) {
      return Optional.of(keyUsed());
    }
    return cluster
        .sessions()
        .snapshot(key(plan))
        .filter(known -> !known.session().namespace().equals(plan.namespace()))
        .map(known -> known.anchor().map(a -> taken(plan, a)).orElseGet(() -> idTaken(plan)));
  }

  /**
   * The watch may not have reported yet what another replica has created in another namespace under
   * the same id. So these are read once this anchor exists, and whoever finds the other one, or
   * cannot read, deletes its own: at most one stays.
   */
  private CompletionStage<Start> unlessElsewhere(Start start) {
    Plan plan = start.plan();
    if (plan.spec().id().isEmpty() && plan.spec().idempotencyKey().isEmpty()) {
      return CompletableFuture.completedFuture(start); // its id is random
    }
    CompletionStage<Optional<ConfigMap>> none = CompletableFuture.completedFuture(Optional.empty());
    return cluster.places().stream()
        .filter(namespace -> !namespace.equals(plan.namespace()))
        .map(namespace -> read(namespace, start))
        .reduce(none, (a, b) -> a.thenCombine(b, (one, other) -> one.or(() -> other)))
        .thenCompose(
            other ->
                other.isEmpty()
                    ? CompletableFuture.completedFuture(start)
                    : failed(taken(plan, other.get())))
        .exceptionallyCompose(thrown -> undo(start).thenCompose(ended -> failed(thrown)));
  }

  /** Deletes the anchor of this request, which has no later step that could undo it. */
  private CompletionStage<Boolean> undo(Start start) {
    return cluster
        .objects()
        .delete(start.anchor())
        .exceptionally(
            thrown -> {
              unconfirmed.add(start.plan());
              return false;
            });
  }

  /** The session's anchor in another namespace; empty also where reading is forbidden. */
  private CompletionStage<Optional<ConfigMap>> read(String namespace, Start start) {
    return cluster
        .objects()
        .get(start.plan().spec().tenant(), ConfigMap.class, namespace, start.anchor().name())
        .exceptionallyCompose(
            thrown ->
                Causes.is(FailureCode.FORBIDDEN, thrown)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : failed(Causes.of(thrown)))
        .thenApply(
            found ->
                found.filter(
                    one -> start.plan().id().equals(Lives.annotations(one).get(Annotations.ID))));
  }

  private static FailureException taken(Plan plan, ConfigMap anchor) {
    if (!plan.id().equals(Lives.annotations(anchor).get(Annotations.ID))) {
      return SessionObjects.foreign(anchor);
    }
    return SameRequest.sameKey(plan, anchor) ? keyUsed() : idTaken(plan);
  }

  private boolean keyHasAnotherId(Plan plan) {
    return Optional.ofNullable(Lives.annotations(plan.anchor()).get(Annotations.IDEMPOTENCY_KEY))
        .flatMap(key -> cluster.sessions().madeWith(plan.spec().tenant(), key))
        .filter(id -> !id.equals(plan.id()))
        .isPresent();
  }

  private CompletionStage<Start> created(Plan plan) {
    return cluster
        .objects()
        .create(plan.anchor())
        .thenApply(created -> start(plan, created))
        .exceptionallyCompose(
            thrown -> {
              if (Causes.is(FailureCode.CLUSTER_UNREACHABLE, thrown)) {
                unconfirmed.add(plan);
                return failed(Causes.of(thrown));
              }
              return join(plan, Causes.of(thrown));
            });
  }

  private CompletionStage<Start> join(Plan plan, Throwable refusal) {
    return RefusedCreate.existing(cluster.objects(), plan, plan.anchor(), refusal)
        .whenComplete(
            (found, unreadable) -> {
              if (unreadable != null) {
                unconfirmed.add(plan); // it may be the anchor of this request
              }
            })
        .thenCompose(
            found ->
                found.isPresent()
                    ? join(plan, (ConfigMap) found.get())
                    : failed(Causes.is(FailureCode.CONFLICT, refusal) ? lostName(plan) : refusal));
  }

  private CompletionStage<Start> join(Plan plan, ConfigMap anchor) {
    if (SameRequest.created(plan, anchor)) {
      return CompletableFuture.completedFuture(start(plan, anchor));
    }
    if (Lives.ending(anchor)) {
      return failed(stopping(plan));
    }
    return SameRequest.repeated(plan, anchor, cluster.objects())
        .thenCompose(
            repeated ->
                repeated ? cluster.sessions().refresh(key(plan)) : failed(taken(plan, anchor)))
        .thenApply(
            known ->
                new Start(
                    key(plan),
                    plan,
                    ObjectRef.to(anchor),
                    true,
                    known.filter(session -> session.state() != State.PENDING).isPresent()));
  }

  private Start start(Plan plan, ConfigMap created) {
    return new Start(key(plan), plan, ObjectRef.to(created), false, false);
  }

  private SessionKey key(Plan plan) {
    return new SessionKey(cluster.name(), plan.spec().tenant(), plan.id());
  }

  static FailureException keyUsed() {
    return FailureException.of(
        FailureCode.CONFLICT,
        "The Idempotency-Key was used for another request: repeat that request unchanged, or use a new key.");
  }

  private static FailureException idTaken(Plan plan) {
    return FailureException.of(
        FailureCode.CONFLICT,
        "Session %s exists already: use it, stop it, or choose another id.".formatted(plan.id()));
  }

  /** The client repeats a request that got no response, and meets the anchor that it created. */
  private static FailureException lostName(Plan plan) {
    return FailureException.of(
        FailureCode.CONFLICT,
        "Session %s was stopped while it was starting, or the name of its anchor was taken for a moment. Start it again."
            .formatted(plan.id()));
  }

  static FailureException stopping(Plan plan) {
    return FailureException.of(
        FailureCode.CONFLICT,
        "Session %s is stopping: try again in a few seconds, wait for its end with DELETE and wait=true, or choose another id."
            .formatted(plan.id()));
  }

  private static <T> CompletionStage<T> failed(Throwable thrown) {
    return CompletableFuture.failedFuture(thrown);
  }
}
