package dev.caravanserai.life;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Says, from memory, why a container is no longer there; empty while it is. */
public final class PodGone implements Function<ContainerRef, Optional<Failure>> {
  /** A pod that is not ready is no pod that is gone: not yet told, or its container restarts. */
  private static final Set<State> THERE = Set.of(State.PENDING, State.RUNNING);

  private final SessionIndex index;

  public PodGone(SessionIndex index) {
    this.index = index;
  }

  @Override
  public Optional<Failure> apply(ContainerRef container) {
    Optional<Session> session =
        index.all().stream()
            .filter(s -> s.namespace().equals(container.namespace()))
            .filter(s -> s.pod().filter(p -> p.name().equals(container.pod())).isPresent())
            .findFirst();
    if (session.isEmpty()) {
      return Optional.of(
          Failure.of(
              FailureCode.EVICTED,
              "Pod " + container.pod() + " is gone. Start a new session.",
              "PodDeleted"));
    }
    if (THERE.contains(session.get().state()) && !deleting(session.get())) {
      return Optional.empty();
    }
    return session
        .get()
        .failure()
        .or(
            () ->
                Optional.of(
                    Failure.of(
                        FailureCode.EVICTED,
                        "The pod of session %s is being deleted. Start a new session."
                            .formatted(session.get().id()),
                        "PodTerminating")));
  }

  private boolean deleting(Session session) {
    return index
        .pod(session.key())
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() != null)
        .isPresent();
  }
}
