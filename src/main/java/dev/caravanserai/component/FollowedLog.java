package dev.caravanserai.component;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.PodStatusReader;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A container's log that is followed. It is complete only if the container has ended: an API server
 * that loses the kubelet ends the response as if the log were complete. Otherwise it fails with
 * CONNECTION_LOST, {@value #LOOKS} × {@value #LOOK_AGAIN_MS} ms after the end of the response: the
 * kubelet reports the end of a container with a delay of a second or two.
 */
final class FollowedLog implements ByteSource {
  private static final int LOOKS = 12;
  private static final long LOOK_AGAIN_MS = 250;

  private final ByteSource log;
  private final Cluster cluster;
  private final ScheduledExecutorService timer;
  private final Session session;
  private final ObjectRef pod;
  private final String container;
  private final Optional<String> run;
  private final CompletableFuture<Optional<byte[]>> end = new CompletableFuture<>();

  /**
   * @param session with its pod
   */
  FollowedLog(
      ByteSource log,
      Cluster cluster,
      ScheduledExecutorService timer,
      Session session,
      String container) {
    this.log = log;
    this.cluster = cluster;
    this.timer = timer;
    this.session = session;
    this.container = container;
    this.pod = ObjectRef.named(Pod.class, session.namespace(), session.pod().orElseThrow().name());
    this.run = running(cluster.sessions().pod(session.key())).map(ContainerStatus::getContainerID);
  }

  private Optional<ContainerStatus> running(Optional<Pod> pod) {
    return pod.filter(p -> p.getMetadata().getUid().equals(session.pod().orElseThrow().uid()))
        .filter(p -> !List.of("Succeeded", "Failed").contains(PodStatusReader.phase(p)))
        .flatMap(p -> PodStatusReader.container(p, container))
        .filter(status -> status.getState() != null && status.getState().getRunning() != null);
  }

  private boolean ended(Optional<Pod> pod) {
    return running(pod)
        .filter(status -> run.isEmpty() || Objects.equals(run.get(), status.getContainerID()))
        .isEmpty();
  }

  @Override
  public CompletionStage<Optional<byte[]>> next() {
    return log.next()
        .thenCompose(
            piece -> {
              if (piece.isPresent()) {
                return CompletableFuture.completedFuture(piece);
              }
              look(LOOKS);
              return end;
            });
  }

  private void look(int more) {
    if (end.isDone() || ended(cluster.sessions().pod(session.key()))) {
      end.complete(Optional.empty());
    } else if (more > 0) {
      timer.schedule(() -> look(more - 1), LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
    } else {
      cluster
          .objects()
          .get(session.tenant(), pod)
          .whenComplete((now, thrown) -> decide(now, thrown));
    }
  }

  private void decide(Optional<?> now, Throwable thrown) {
    if (thrown == null && ended(now.map(Pod.class::cast))) {
      end.complete(Optional.empty());
    } else {
      end.completeExceptionally(
          FailureException.of(
              FailureCode.CONNECTION_LOST,
              "The log of %s/%s broke off, but its container has not ended as far as is known. Read on with since."
                  .formatted(pod.name(), container)));
    }
  }

  @Override
  public void close() {
    end.completeExceptionally(new CancellationException("The reading was ended."));
    log.close();
  }

  @Override
  public boolean endless() {
    return true;
  }

  @Override
  public String toString() {
    return log.toString();
  }
}
