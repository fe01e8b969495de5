package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ClusterHealth;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Not ready while the cluster does not answer for the server's own namespace. Another namespace for
 * which it does not answer, and session updates that a slow listener has lost, are details: no
 * reason to send callers elsewhere.
 */
final class ClusterHealthCheck extends AbstractHealthCheck {
  private final Cluster cluster;

  ClusterHealthCheck(Cluster cluster) {
    super("caravanserai", "cluster-" + cluster.name());
    this.cluster = cluster;
  }

  @Override
  public boolean isLiveness() {
    return false;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    ClusterHealth health = cluster.health();
    health.dropped().forEach((name, dropped) -> result.detail("dropped updates, " + name, dropped));
    health
        .silences()
        .forEach(
            (namespace, silence) -> result.detail("silent namespace " + namespace, text(silence)));
    Optional.ofNullable(health.silences().get(cluster.namespace()))
        .ifPresentOrElse(
            silence -> result.down().message("The cluster has not answered " + text(silence)),
            result::up);
  }

  private static String text(ClusterHealth.Silence silence) {
    return "since %s: %s".formatted(silence.since(), silence.why());
  }
}
