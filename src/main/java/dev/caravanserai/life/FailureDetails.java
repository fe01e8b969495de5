package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Reads what can be read only while the failed pod exists: its last warning events, and the last
 * lines of the failed container's log.
 */
final class FailureDetails {
  static final int LINES = 20;
  static final int BYTES = 2048;

  /** A failed start does not wait longer for its log. */
  private static final long LOG_SECONDS = 5;

  /** Room for long lines before the last {@value #BYTES} bytes. */
  private static final long READ_BYTES = 256 * 1024;

  /** Failures of a process that ran. */
  private static final Set<FailureCode> RAN = Set.of(FailureCode.CRASHED, FailureCode.OOM_KILLED);

  private final Cluster cluster;

  FailureDetails(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param pod with its uid; empty if there is none
   * @return the failure with the events, and the lines beside it, as far as they can be read
   */
  CompletionStage<FailureException> of(Optional<ObjectRef> pod, Failure failure) {
    if (pod.isEmpty()) {
      return CompletableFuture.completedFuture(failure.asException());
    }
    CompletionStage<List<String>> events =
        cluster.objects().warnings(pod.get()).exceptionally(unreadable -> List.of());
    return log(pod.get(), failure)
        .thenCombine(
            events, (lines, warnings) -> new FailureException(failure.withEvents(warnings), lines));
  }

  private CompletionStage<List<String>> log(ObjectRef pod, Failure failure) {
    if (!RAN.contains(failure.code())) {
      return CompletableFuture.completedFuture(List.of());
    }
    return cluster
        .objects()
        .get(pod)
        .thenCompose(
            found ->
                found
                    .flatMap(object -> failed((Pod) object))
                    .map(container -> read(pod, container))
                    .orElseGet(() -> CompletableFuture.completedFuture(List.of())))
        .exceptionally(unreadable -> List.of());
  }

  /** The first container, init containers before others, that ended with an error. */
  private static Optional<String> failed(Pod pod) {
    return Stream.of(
            pod.getStatus().getInitContainerStatuses(), pod.getStatus().getContainerStatuses())
        .flatMap(List::stream)
        .filter(status -> failed(status.getState()) || failed(status.getLastState()))
        .map(ContainerStatus::getName)
        .findFirst();
  }

  private static boolean failed(ContainerState state) {
    return state != null
        && state.getTerminated() != null
        && !Integer.valueOf(0).equals(state.getTerminated().getExitCode());
  }

  private CompletionStage<List<String>> read(ObjectRef pod, String container) {
    return cluster
        .logs()
        .read(
            new ContainerRef(pod.namespace(), pod.name(), container),
            new LogQuery(Optional.of(LINES), Optional.empty(), false, false, READ_BYTES))
        .thenApply(FailureDetails::end)
        .toCompletableFuture()
        .completeOnTimeout(List.of(), LOG_SECONDS, TimeUnit.SECONDS);
  }

  /** The end of a log, whole lines where there are any. */
  private static List<String> end(byte[] log) {
    int from = Math.max(0, log.length - BYTES);
    String tail = new String(log, from, log.length - from, StandardCharsets.UTF_8);
    return tail.substring(from == 0 ? 0 : tail.indexOf('\n') + 1).strip().lines().toList();
  }
}
