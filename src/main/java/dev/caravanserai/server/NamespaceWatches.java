package dev.caravanserai.server;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.Retries;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.cluster.api.AccessReport;
import dev.caravanserai.session.Causes;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the namespaces of profiles. One that cannot be watched yet, since permissions are missing
 * or the cluster does not answer, is tried again, a minute later at most, so that its sessions are
 * known without a restart. Thread-safe.
 */
final class NamespaceWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatches.class);

  private final Cluster cluster;
  private final Function<String, AccessReport> access;
  private final ScheduledExecutorService timer = Timers.named("namespace-watches");
  private final Retries<String> retries;
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /**
   * @param access reads what is permitted in a namespace; may block
   * @param pause after the first attempt
   */
  NamespaceWatches(Cluster cluster, Function<String, AccessReport> access, Duration pause) {
    this.cluster = cluster;
    this.access = access;
    this.retries = new Retries<>(pause, Retries.MINUTE, this::attempt, timer);
  }

  /** Watches them all, in the background. */
  void begin(Collection<String> namespaces) {
    timer.execute(() -> namespaces.forEach(retries::request));
  }

  private Optional<CompletionStage<?>> attempt(String namespace) {
    try {
      AccessReport report = access.apply(namespace);
      if (report.complete()) {
        cluster.watch(namespace).toCompletableFuture().join();
        problems.remove(namespace);
        return Optional.empty();
      }
      onProblem(
          namespace,
          report.missing().size()
              + " permissions are missing, so profiles that use this namespace fail until they are"
              + " granted");
    } catch (RuntimeException e) {
      onProblem(namespace, "cannot be watched yet: " + Causes.of(e).getMessage());
    }
    return Optional.of(CompletableFuture.completedFuture(null));
  }

  private void onProblem(String namespace, String problem) {
    if (!problem.equals(problems.put(namespace, problem)) && !timer.isShutdown()) {
      LOG.warn("cluster={} namespace={}: {}", cluster.name(), namespace, problem);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
