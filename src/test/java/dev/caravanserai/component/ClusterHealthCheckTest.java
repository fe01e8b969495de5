package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ClusterHealth;
import dev.caravanserai.cluster.ClusterHealth.Silence;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.junit.jupiter.api.Test;

/** Whether a server is ready whose cluster does not answer for some namespace. */
class ClusterHealthCheckTest {

  @Test
  void server_is_not_ready_while_the_cluster_does_not_answer_for_its_own_namespace() {
    // When
    HealthCheck.Result result = result("own");

    // Then
    assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
    assertThat(result.getMessage()).get().asString().contains("has not answered", "403");
  }

  @Test
  void silence_in_a_namespace_of_a_profile_is_a_detail_of_a_ready_server() {
    // When
    HealthCheck.Result result = result("other");

    // Then
    assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
    assertThat(result.getDetails().get("silent namespace other")).asString().contains("403");
  }

  private static HealthCheck.Result result(String silent) {
    ClusterHealth health =
        new ClusterHealth(Map.of(silent, new Silence(Instant.EPOCH, "403")), Map.of());
    ClusterHealthCheck check =
        new ClusterHealthCheck(
            (Cluster)
                Proxy.newProxyInstance(
                    ClusterHealthCheckTest.class.getClassLoader(),
                    new Class<?>[] {Cluster.class},
                    (proxy, method, arguments) ->
                        method.getName().equals("health") ? health : "own"));
    HealthCheckResultBuilder builder = HealthCheckResultBuilder.on(check);
    check.doCall(builder, Map.of());
    return builder.build();
  }
}
