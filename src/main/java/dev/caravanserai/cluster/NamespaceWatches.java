package dev.caravanserai.cluster;

import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches every namespace in which sessions may live, so that a restart knows them all. A namespace
 * of a profile that cannot be watched yet, since permissions are missing or the cluster does not
 * answer, is tried again after at most a minute. Thread-safe.
 */
public final class NamespaceWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatches.class);
  private static final int FIRST_ATTEMPT_SECONDS = 15;

  private final Cluster cluster;
  private final Consumer<String> check;
  private final ScheduledExecutorService timer = Timers.named("namespace-watches");
  private final Retries<String> retries;
  private final Map<String, CompletableFuture<?>> attempts = new ConcurrentHashMap<>();
  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /**
   * @param check of the rights in another namespace than the cluster's own; called when that is
   *     watched, and when the right to watch it is missing; must not block
   */
  public NamespaceWatches(Cluster cluster, Consumer<String> check) {
    this(cluster, check, Duration.ofSeconds(1));
  }

  /**
   * @param pause after the first attempt
   */
  NamespaceWatches(Cluster cluster, Consumer<String> check, Duration pause) {
    this.cluster = cluster;
    this.check = check;
    this.retries = new Retries<>(pause, Retries.MINUTE, this::attempt, timer);
  }

  /**
   * Waits until the sessions of the cluster's own namespace are known, and for the first attempt to
   * watch the others, 15 s at most.
   *
   * @param others namespaces that profiles name
   * @throws FailureException if the cluster's own namespace cannot be watched
   */
  public void begin(Collection<String> others) {
    try {
      cluster.watch(cluster.namespace()).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FailureException failure ? failure : e;
    }
    others.forEach(retries::request);
    CompletableFuture.allOf(attempts.values().toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, FIRST_ATTEMPT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private Optional<CompletionStage<?>> attempt(String namespace) {
    CompletableFuture<?> watch = cluster.watch(namespace).toCompletableFuture();
    if (watch.isDone() && !watch.isCompletedExceptionally()) {
      problems.remove(namespace);
      check.accept(namespace);
      return Optional.empty();
    }
    CompletableFuture<?> ended = watch.exceptionally(thrown -> warn(namespace, thrown));
    attempts.put(namespace, ended);
    return Optional.of(ended);
  }

  /** Once for each problem. */
  private <T> T warn(String namespace, Throwable thrown) {
    String problem = Causes.of(thrown).getMessage();
    if (!problem.equals(problems.put(namespace, problem)) && !timer.isShutdown()) {
      LOG.warn(
          "cluster={} namespace={}: cannot be watched, so its sessions are neither listed nor ended, and"
              + " starts in it fail, until this is corrected: {}",
          cluster.name(),
          namespace,
          problem);
      if (Causes.is(FailureCode.FORBIDDEN, thrown)) {
        check.accept(namespace);
      }
    }
    return null;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
