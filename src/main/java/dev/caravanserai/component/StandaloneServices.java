package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.profile.PlanContext;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.Contract;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the component makes itself in an application that has only the jar: the cluster of the
 * kubeconfig.
 */
final class StandaloneServices implements AutoCloseable {
  private static final Duration LIFETIME = Duration.ofHours(1);
  private static final Duration MAX_LIFETIME = Duration.ofHours(24);

  private final PodServices services;
  private final ScheduledExecutorService timer;

  private StandaloneServices(PodServices services, ScheduledExecutorService timer) {
    this.services = services;
    this.timer = timer;
  }

  static StandaloneServices connect(String namespace) {
    KubernetesClient client = new KubernetesClientBuilder().build();
    String chosen =
        Optional.ofNullable(namespace)
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElse("default");
    Cluster cluster = new ApiCluster("api", client, chosen);
    cluster.watch(chosen).toCompletableFuture().join();
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "pod-timer");
              thread.setDaemon(true);
              return thread;
            });
    Execs execs =
        new Execs(
            cluster,
            timer,
            ForkJoinPool.commonPool(),
            new PodGone(cluster.sessions()),
            Execs.DEFAULT_PARALLEL);
    PodServices services =
        new PodServices(
            cluster,
            new Planner(Profiles.shipped()),
            () ->
                new PlanContext(
                    Instant.now(),
                    UUID.randomUUID(),
                    System.getenv(),
                    chosen,
                    LIFETIME,
                    MAX_LIFETIME,
                    cluster.name(),
                    "default"),
            Contract.load(),
            execs,
            ExecLimits.DEFAULT,
            Duration.ofSeconds(15),
            Duration.ofMinutes(10));
    return new StandaloneServices(services, timer);
  }

  PodServices services() {
    return services;
  }

  @Override
  public void close() {
    services.cluster().close();
    timer.shutdownNow();
  }
}
