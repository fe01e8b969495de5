package dev.caravanserai.component.metrics;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.FailureCode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Failed requests to the cluster, and the state of its watches. */
final class ClusterMeter {
  /** The codes of failed requests; the other codes concern sessions. */
  private static final List<FailureCode> CODES =
      List.of(
          FailureCode.CLUSTER_UNREACHABLE,
          FailureCode.LIMIT_REACHED,
          FailureCode.FORBIDDEN,
          FailureCode.QUOTA_EXCEEDED,
          FailureCode.CONFLICT,
          FailureCode.NOT_FOUND,
          FailureCode.CONFIG_ERROR);

  private ClusterMeter() {}

  static void bind(Cluster cluster, MeterRegistry registry) {
    CODES.forEach(
        code ->
            FunctionCounter.builder(
                    "caravanserai.cluster.request.failures", cluster, c -> c.failures(code))
                .description("Requests to the API server that failed")
                .tag("cluster", cluster.name())
                .tag("code", code.name())
                .register(registry));
    Gauge.builder(
            "caravanserai.cluster.answers",
            () -> cluster.health().silences().containsKey(cluster.namespace()) ? 0 : 1)
        .description("Whether the cluster answers")
        .tag("cluster", cluster.name())
        .register(registry);
    Gauge.builder("caravanserai.cluster.requests.waiting", cluster, Cluster::waiting)
        .description("Requests to the API server that wait because too many are under way")
        .tag("cluster", cluster.name())
        .register(registry);
    FunctionCounter.builder("caravanserai.session.updates.dropped", cluster, ClusterMeter::dropped)
        .description("Session updates that listeners were too slow for")
        .tag("cluster", cluster.name())
        .register(registry);
    Set<String> bound = ConcurrentHashMap.newKeySet();
    cluster.onWatch(
        watch -> {
          if (bound.add(watch.namespace() + "/" + watch.kind())) {
            bind(cluster.name(), watch, registry);
          }
        });
  }

  private static long dropped(Cluster cluster) {
    return cluster.health().dropped().values().stream().mapToLong(Long::longValue).sum();
  }

  private static void bind(String cluster, WatchStatus watch, MeterRegistry registry) {
    Tags tags = Tags.of("cluster", cluster, "namespace", watch.namespace(), "kind", watch.kind());
    Gauge.builder("caravanserai.watch.connected", () -> watch.connected() ? 1 : 0)
        .description("Whether a watch is connected")
        .tags(tags)
        .register(registry);
    FunctionCounter.builder("caravanserai.watch.interruptions", watch, WatchStatus::interruptions)
        .description("How often a watch was interrupted and restarted")
        .tags(tags)
        .register(registry);
    TimeGauge.builder("caravanserai.watch.age", () -> age(watch), TimeUnit.SECONDS)
        .description("Time since the watch started or was last interrupted")
        .tags(tags)
        .register(registry);
  }

  private static double age(WatchStatus watch) {
    return Duration.between(watch.since(), Instant.now()).toMillis() / 1000.0;
  }
}
