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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Reads what can be read only while the failed pod exists: its last warning events and those of its
 * claims, and the last lines of the failed container's log.
 */
final class FailureDetails {
  static final int LINES = 20;
  static final int BYTES = 2048;

  /** A failed start does not wait longer for its log. */
  private static final long LOG_SECONDS = 5;

  /** Room for long lines before the last {@value #BYTES} bytes. */
  private static final int READ_BYTES = 256 * 1024;

  /** Failures of a process that ran. */
  private static final Set<FailureCode> RAN = Set.of(FailureCode.CRASHED, FailureCode.OOM_KILLED);

  /** Kinds whose events say why a pod does not start. */
  private static final Set<String> WITH_EVENTS = Set.of("Pod", "PersistentVolumeClaim");

  private final Cluster cluster;

  FailureDetails(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @return the failure with the events of the start's objects, and the lines beside it, as far as
   *     they can be read
   */
  CompletionStage<FailureException> of(Start start, Failure failure) {
    CompletionStage<List<String>> log =
        start
            .pod()
            .map(pod -> log(start.key().tenant(), pod, failure))
            .orElseGet(() -> CompletableFuture.completedFuture(List.of()));
    return events(start.objects())
        .thenCombine(
            log, (warnings, lines) -> new FailureException(failure.withEvents(warnings), lines));
  }

  /** The pod's last: they are about what failed, those of the others about why. */
  private CompletionStage<List<String>> events(List<ObjectRef> objects) {
    return objects.stream()
        .filter(object -> WITH_EVENTS.contains(object.kind()))
        .sorted(Comparator.comparing(object -> object.kind().equals("Pod")))
        .map(
            object ->
                cluster.objects().warnings(object).exceptionally(unreadable -> List.<String>of()))
        .reduce(
            CompletableFuture.completedFuture(List.of()),
            (all, more) ->
                all.thenCombine(more, (a, b) -> Stream.of(a, b).flatMap(List::stream).toList()));
  }

  private CompletionStage<List<String>> log(String tenant, ObjectRef pod, Failure failure) {
    if (!RAN.contains(failure.code())) {
      return CompletableFuture.completedFuture(List.of());
    }
    return cluster
        .objects()
        .get(tenant, pod)
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
        .last(
            new ContainerRef(pod.namespace(), pod.name(), container),
            new LogQuery(Optional.of(LINES), Optional.empty(), false, false, false),
            READ_BYTES)
        .thenApply(FailureDetails::end)
        .toCompletableFuture()
        .completeOnTimeout(List.of(), LOG_SECONDS, TimeUnit.SECONDS);
  }

  /** The end of a log, whole lines where there are any. */
  private static List<String> end(byte[] log) {
    int from = Math.max(0, log.length - BYTES);
    String tail = new String(log, from, log.length - from, StandardCharsets.UTF_8).stripTrailing();
    return tail.substring(from == 0 ? 0 : tail.indexOf('\n') + 1).strip().lines().toList();
  }
}
