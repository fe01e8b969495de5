package dev.caravanserai.life;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.PodStatusReader;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Says why a container has ended, from the index of sessions and the status of its pod. */
public final class PodGone implements ContainerEnds {
  /** Kubernetes rounds the time of a deletion down to seconds. */
  private static final Duration ROUNDING = Duration.ofSeconds(1);

  private final SessionIndex index;
  private final BiFunction<String, ObjectRef, CompletionStage<Optional<HasMetadata>>> get;

  /**
   * @param get reads an object of a tenant past all caches, and makes it known to the index
   */
  public PodGone(
      SessionIndex index,
      BiFunction<String, ObjectRef, CompletionStage<Optional<HasMetadata>>> get) {
    this.index = index;
    this.get = get;
  }

  /** How often a container has been restarted; 0 before that is known. */
  public static int restarts(Pod pod, String container) {
    return PodStatusReader.container(pod, container)
        .map(ContainerStatus::getRestartCount)
        .orElse(0);
  }

  @Override
  public Optional<Failure> known(ContainerRef container) {
    return container.run().flatMap(run -> known(container, run));
  }

  private Optional<Failure> known(ContainerRef container, ContainerRef.Run run) {
    Optional<Session> found = index.find(run.session());
    // A session that has been RUNNING is never PENDING again.
    if (found.isEmpty() || List.of(State.STOPPING, State.PENDING).contains(found.get().state())) {
      return Optional.of(stopped(run));
    }
    Session session = found.get();
    if (session.pod().isEmpty()) {
      return session.failure();
    }
    if (!session.pod().get().uid().equals(run.podUid())) {
      return Optional.of(
          Failure.of(
              FailureCode.POD_REPLACED,
              "Pod %s was replaced by another one. Run the command again."
                  .formatted(container.pod())));
    }
    return index
        .pod(session.key())
        .flatMap(
            pod ->
                PodStatusReader.container(pod, container.container())
                    .flatMap(status -> ended(session, container, run, pod, status)))
        .or(() -> session.ended() ? session.failure().or(() -> end(session)) : Optional.empty());
  }

  private static Optional<Failure> ended(
      Session session,
      ContainerRef container,
      ContainerRef.Run run,
      Pod pod,
      ContainerStatus status) {
    Optional<ContainerStateTerminated> end = end(status);
    boolean again =
        end.filter(e -> PodStatusReader.startedAgain(pod, container.container(), e))
            .filter(e -> !session.ended() && !Lives.ending(pod))
            .isPresent();
    if (end.isPresent() && !again) {
      return session.failure().or(() -> Optional.of(exited(session, container, end.get())));
    }
    return Optional.ofNullable(status.getRestartCount())
        .filter(restarts -> again || restarts > run.restarts())
        .map(
            restarts ->
                Failure.of(
                        FailureCode.CONTAINER_RESTARTED,
                        "Container %s of session %s was restarted%s. Run the command again when the session is ready."
                            .formatted(
                                container.container(),
                                session.id(),
                                end.map(
                                        e ->
                                            " after exit code %d (%s)"
                                                .formatted(e.getExitCode(), e.getReason()))
                                    .orElse("")))
                    .with(to -> to.reason(end.map(ContainerStateTerminated::getReason))));
  }

  /** How the container's present instance ended, also while the next one waits for its turn. */
  private static Optional<ContainerStateTerminated> end(ContainerStatus status) {
    return Optional.ofNullable(status.getState())
        .map(now -> now.getWaiting() == null ? now : status.getLastState())
        .map(ContainerState::getTerminated);
  }

  private static Failure exited(
      Session session, ContainerRef container, ContainerStateTerminated end) {
    return Failure.of(
        FailureCode.CONFLICT,
        "Container %s of session %s has ended with exit code %d (%s). %s"
            .formatted(
                container.container(),
                session.id(),
                end.getExitCode(),
                end.getReason(),
                session.ended()
                    ? "Start a new session."
                    : "Use another container, or start a new session."),
        end.getReason());
  }

  private static Optional<Failure> end(Session session) {
    return Optional.of(
        Failure.of(
            FailureCode.CONFLICT,
            "Session %s is %s. Start a new session.".formatted(session.id(), session.state())));
  }

  /** The end of a session whose anchor was deleted. */
  private Failure stopped(ContainerRef.Run run) {
    return run.expiresAt().isAfter(deletedAt(run).plus(ROUNDING))
        ? Failure.of(
            FailureCode.CONFLICT,
            "Session %s was stopped. Start a new session.".formatted(run.session().id()),
            "SessionStopped")
        : Failure.of(
            FailureCode.DEADLINE,
            "Session %s has expired: its time was over at %s. Start a new session with a longer time-out."
                .formatted(run.session().id(), run.expiresAt()),
            "SessionExpired");
  }

  /** When the deletion of its pod was requested; now, if that is not known. */
  private Instant deletedAt(ContainerRef.Run run) {
    return index
        .pod(run.session())
        .map(Pod::getMetadata)
        .filter(pod -> pod.getUid().equals(run.podUid()) && pod.getDeletionTimestamp() != null)
        .map(
            pod ->
                Instant.parse(pod.getDeletionTimestamp())
                    .minusSeconds(
                        Optional.ofNullable(pod.getDeletionGracePeriodSeconds()).orElse(0L)))
        .orElseGet(Instant::now);
  }

  @Override
  public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
    return container
        .run()
        .map(run -> ask(container, run))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  /**
   * Whoever stops a session deletes its anchor first, so a pod that is missing or being deleted
   * while its anchor exists was taken away.
   */
  private CompletionStage<Optional<Failure>> ask(ContainerRef container, ContainerRef.Run run) {
    SessionKey key = run.session();
    ObjectRef anchor =
        ObjectRef.named(
            ConfigMap.class, container.namespace(), Names.anchor(key.tenant(), key.id()));
    return get.apply(
            key.tenant(), ObjectRef.named(Pod.class, container.namespace(), container.pod()))
        .thenCompose(
            pod ->
                known(container).isPresent() || pod.filter(p -> !Lives.ending(p)).isPresent()
                    ? CompletableFuture.completedFuture(known(container))
                    : get.apply(key.tenant(), anchor)
                        .thenApply(
                            found ->
                                known(container)
                                    .or(() -> Optional.of(taken(container, run, found)))));
  }

  private Failure taken(
      ContainerRef container, ContainerRef.Run run, Optional<HasMetadata> anchor) {
    return anchor.isEmpty()
        ? stopped(run)
        : Failure.of(
            FailureCode.EVICTED,
            "Pod %s was deleted, but not by Caravanserai. Start a new session."
                .formatted(container.pod()),
            "PodDeleted");
  }
}
