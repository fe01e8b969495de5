package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ClusterHealth;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Not ready while the cluster does not answer. Session updates that a slow listener has lost are a
 * detail, and no reason to send callers elsewhere.
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
        .silence()
        .ifPresentOrElse(
            silence ->
                result
                    .down()
                    .message(
                        "The cluster has not answered since %s: %s"
                            .formatted(silence.since(), silence.why())),
            result::up);
  }
}
