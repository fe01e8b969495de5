package dev.caravanserai.life;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Says why a container has ended, from the index of sessions and the status of its pod. */
public final class PodGone implements ContainerEnds {
  private final SessionIndex index;
  private final Function<ObjectRef, CompletionStage<Optional<HasMetadata>>> get;

  /**
   * @param get reads an object past all caches, and makes it known to the index
   */
  public PodGone(
      SessionIndex index, Function<ObjectRef, CompletionStage<Optional<HasMetadata>>> get) {
    this.index = index;
    this.get = get;
  }

  /** The run of a session's container that is there now; empty before its pod is known. */
  public static Optional<ContainerRef.Run> run(Pod pod, String container) {
    return status(pod, container)
        .map(
            status ->
                new ContainerRef.Run(
                    pod.getMetadata().getUid(),
                    Optional.ofNullable(status.getRestartCount()).orElse(0)));
  }

  @Override
  public Optional<Failure> known(ContainerRef container) {
    Optional<Session> session =
        index.all().stream()
            .filter(s -> s.namespace().equals(container.namespace()))
            .filter(s -> s.pod().filter(p -> p.name().equals(container.pod())).isPresent())
            .findFirst();
    if (session.isEmpty()) {
      return Optional.of(stopped("Pod " + container.pod() + " is gone: its session was stopped."));
    }
    return ended(session.get(), container);
  }

  private Optional<Failure> ended(Session session, ContainerRef container) {
    Optional<ContainerRef.Run> meant = container.run();
    String uid = session.pod().map(Session.Pod::uid).orElse("");
    if (meant.filter(run -> !run.podUid().equals(uid)).isPresent()) {
      return Optional.of(
          Failure.of(
              FailureCode.POD_REPLACED,
              "Pod %s was replaced by another one. Run the command again."
                  .formatted(container.pod())));
    }
    if (session.state() == State.STOPPING || session.state() == State.STOPPED) {
      return Optional.of(
          session
              .failure()
              .orElseGet(
                  () -> stopped("Session %s was stopped on request.".formatted(session.id()))));
    }
    if (deleting(session)) {
      return Optional.of(
          session
              .failure()
              .orElseGet(
                  () ->
                      Failure.of(
                          FailureCode.EVICTED,
                          "The pod of session %s is being deleted. Start a new session."
                              .formatted(session.id()),
                          "PodTerminating")));
    }
    Optional<ContainerStatus> status =
        index.pod(session.key()).flatMap(pod -> status(pod, container.container()));
    return status
        .map(ContainerStatus::getState)
        .map(state -> state.getTerminated())
        .map(end -> session.failure().orElseGet(() -> ended(session, container, end)))
        .or(
            () ->
                status
                    .filter(now -> meant.filter(run -> restarted(now, run)).isPresent())
                    .map(now -> restarted(session, container)))
        .or(() -> session.ended() ? session.failure().or(() -> end(session)) : Optional.empty());
  }

  private static boolean restarted(ContainerStatus now, ContainerRef.Run run) {
    return Optional.ofNullable(now.getRestartCount()).orElse(0) > run.restarts();
  }

  private static Failure restarted(Session session, ContainerRef container) {
    return Failure.of(
        FailureCode.CONTAINER_RESTARTED,
        "Container %s of session %s was restarted. Run the command again."
            .formatted(container.container(), session.id()));
  }

  private static Failure ended(
      Session session, ContainerRef container, ContainerStateTerminated end) {
    return Failure.of(
        FailureCode.CONFLICT,
        "Container %s of session %s has ended with exit code %d (%s). Start a new session."
            .formatted(container.container(), session.id(), end.getExitCode(), end.getReason()),
        end.getReason());
  }

  private static Optional<Failure> end(Session session) {
    return Optional.of(
        Failure.of(
            FailureCode.CONFLICT,
            "Session %s is %s. Start a new session.".formatted(session.id(), session.state())));
  }

  private static Failure stopped(String what) {
    return Failure.of(FailureCode.CONFLICT, what + " Start a new session.", "SessionStopped");
  }

  private static Optional<ContainerStatus> status(Pod pod, String container) {
    return Optional.ofNullable(pod.getStatus())
        .map(status -> status.getContainerStatuses())
        .orElse(List.of())
        .stream()
        .filter(status -> container.equals(status.getName()))
        .findFirst();
  }

  @Override
  public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
    ObjectRef pod = ObjectRef.named(Pod.class, container.namespace(), container.pod());
    return get.apply(pod)
        .thenApply(
            found ->
                found.isPresent()
                    ? known(container)
                    : known(container)
                        .or(
                            () ->
                                Optional.of(
                                    stopped(
                                        "Pod %s is gone: its session was stopped."
                                            .formatted(container.pod())))));
  }

  private boolean deleting(Session session) {
    return index
        .pod(session.key())
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() != null)
        .isPresent();
  }
}
