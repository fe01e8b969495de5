package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
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
 * Adds to a failure what can be read only while the failed pod exists: its last warning events, and
 * the last lines that the failed container wrote.
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
   * @return the failure, with as many details as can be read
   */
  CompletionStage<Failure> of(Optional<ObjectRef> pod, Failure failure) {
    if (pod.isEmpty()) {
      return CompletableFuture.completedFuture(failure);
    }
    CompletionStage<List<String>> events =
        cluster.objects().warnings(pod.get()).exceptionally(unreadable -> List.of());
    return log(pod.get(), failure)
        .thenCombine(events, (told, warnings) -> told.withEvents(warnings));
  }

  private CompletionStage<Failure> log(ObjectRef pod, Failure failure) {
    return RAN.contains(failure.code())
        ? cluster
            .objects()
            .get(pod)
            .thenCompose(
                found ->
                    found
                        .flatMap(object -> failed((Pod) object))
                        .map(container -> withLog(pod, container, failure))
                        .orElseGet(() -> CompletableFuture.completedFuture(failure)))
            .exceptionally(unreadable -> failure)
        : CompletableFuture.completedFuture(failure);
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

  private CompletionStage<Failure> withLog(ObjectRef pod, String container, Failure failure) {
    return cluster
        .logs()
        .read(
            new ContainerRef(pod.namespace(), pod.name(), container),
            new LogQuery(Optional.of(LINES), Optional.empty(), false, false, READ_BYTES))
        .thenApply(FailureDetails::end)
        .thenApply(
            lines ->
                lines.isEmpty()
                    ? failure
                    : failure.withMessage(
                        "%s Container %s wrote last:\n%s"
                            .formatted(failure.message(), container, lines)))
        .toCompletableFuture()
        .completeOnTimeout(failure, LOG_SECONDS, TimeUnit.SECONDS);
  }

  /** The end of a log, whole lines where there are any. */
  private static String end(byte[] log) {
    if (log.length <= BYTES) {
      return new String(log, StandardCharsets.UTF_8).strip();
    }
    String tail = new String(log, log.length - BYTES, BYTES, StandardCharsets.UTF_8);
    return tail.substring(tail.indexOf('\n') + 1).strip();
  }
}
