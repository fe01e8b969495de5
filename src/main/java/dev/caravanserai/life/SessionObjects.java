package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Creates what an anchor owns: at the same time all objects but the pod, then the pod. */
public final class SessionObjects {
  private final Objects objects;
  private final SessionIndex sessions;

  /** Creates under way, each with the uid of its anchor. */
  private final Map<CompletableFuture<Void>, String> creates = new ConcurrentHashMap<>();

  public SessionObjects(Cluster cluster) {
    this.objects = cluster.objects();
    this.sessions = cluster.sessions();
  }

  /**
   * Creates what does not exist yet, unless the session has been ready or has ended: its command is
   * not to run again. An object that exists is accepted if the same anchor owns it; any other stays
   * untouched. If what had the name, such as the pod of a stopping session, is gone by the time it
   * is read, the object is created once more.
   *
   * @return the start; fails with CONFLICT if a name is taken or the session was stopped, else with
   *     what the cluster refused
   */
  public CompletionStage<Start> create(Start start) {
    if (start.settled()) {
      return CompletableFuture.completedFuture(start);
    }
    CompletableFuture<Void> create = new CompletableFuture<>();
    // A stop deletes the anchor and then waits for the creates under way, so either this sees that
    // the anchor is gone, or the stop sees this.
    creates.put(create, start.life());
    return CompletableFuture.completedFuture(start)
        .thenCompose(s -> exists(s) ? all(s) : CompletableFuture.failedFuture(s.stopped()))
        .whenComplete(
            (created, thrown) -> {
              creates.remove(create);
              create.complete(null);
            });
  }

  /** Done when this process creates no more objects of this life; later creates fail. */
  CompletableFuture<Void> created(String life) {
    return CompletableFuture.allOf(
        creates.entrySet().stream()
            .filter(create -> create.getValue().equals(life))
            .map(Map.Entry::getKey)
            .toArray(CompletableFuture[]::new));
  }

  private boolean exists(Start start) {
    return sessions
        .anchor(start.key())
        .filter(anchor -> anchor.getMetadata().getUid().equals(start.life()))
        .isPresent();
  }

  private CompletionStage<Start> all(Start start) {
    CompletableFuture<?>[] others =
        start.plan().objects().stream()
            .map(object -> create(start, object).toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(others)
        .thenCompose(created -> create(start, start.plan().pod()))
        .thenApply(created -> start);
  }

  private CompletionStage<?> create(Start start, HasMetadata planned) {
    HasMetadata object = Serialization.clone(planned);
    object.getMetadata().setOwnerReferences(List.of(start.plan().owner(start.life())));
    return created(start, object, false).thenAccept(start::add);
  }

  /**
   * @param again whether the name was taken and then free
   */
  private CompletionStage<HasMetadata> created(Start start, HasMetadata object, boolean again) {
    return objects
        .create(object)
        .exceptionallyCompose(
            thrown -> {
              Throwable refusal = Causes.of(thrown);
              boolean taken = Causes.is(FailureCode.CONFLICT, refusal);
              return RefusedCreate.existing(objects, start.plan(), object, refusal)
                  .thenCompose(
                      found ->
                          found.isPresent()
                              ? accept(start, object, found.get(), refusal)
                              : taken && !again
                                  ? created(start, object, true)
                                  : CompletableFuture.failedFuture(refusal));
            });
  }

  /** The object that has the name, if the anchor owns it. */
  private CompletionStage<HasMetadata> accept(
      Start start, HasMetadata object, HasMetadata existing, Throwable refusal) {
    boolean owned = Lives.owns(start.life(), existing);
    if (owned && Lives.ending(existing)
        || Lives.ofAnotherLife(start.anchor().name(), start.life(), existing)
        || Lives.orphaned(start.plan().pod(), existing)) {
      return CompletableFuture.failedFuture(Anchors.stopping(start.plan()));
    }
    if (!owned) {
      return CompletableFuture.failedFuture(
          Causes.is(FailureCode.CONFLICT, refusal) ? foreign(object) : refusal);
    }
    if (anotherEnvironment(start, existing)) {
      start.yieldToOther();
      return CompletableFuture.failedFuture(Anchors.keyUsed());
    }
    return CompletableFuture.completedFuture(existing);
  }

  static FailureException foreign(HasMetadata object) {
    return FailureException.of(
        FailureCode.CONFLICT,
        "%s exists already and belongs to something else: it is left alone. Delete or rename it, or choose another id."
            .formatted(ObjectRef.to(object)));
  }

  /**
   * Two requests with one Idempotency-Key may differ in the values of their environment, which only
   * the Secret shows. The session belongs to the request whose Secret was created first, also if
   * another request created the anchor.
   */
  private static boolean anotherEnvironment(Start start, HasMetadata existing) {
    boolean environment =
        start
            .plan()
            .environment()
            .filter(
                secret -> ObjectRef.to(secret).anyLife().equals(ObjectRef.to(existing).anyLife()))
            .isPresent();
    return environment && !start.plan().sameEnvironment((Secret) existing);
  }
}
