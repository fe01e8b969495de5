package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.wire.NobodyListens;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessCheckTest {
  @Test
  void anApiServerThatIsAwayIsNamedWithItsUrl() throws Exception {
    // Given
    try (var away = new NobodyListens();
        var client =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + away.port())
                        .build())
                .build()) {

      // Then
      assertThatThrownBy(() -> new AccessCheck(client).check("default"))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE))
          .hasMessageContaining("http://127.0.0.1:" + away.port());
    }
  }

  @Test
  void resourcesThatLackTheSameShareARule() {
    // Given
    var report =
        new AccessReport(
            "https://x/",
            "ns",
            List.of(
                new Access("", "secrets", "get"),
                new Access("", "services", "get"),
                new Access("", "pods", "list")));

    // Then
    assertThat(report.rules())
        .isEqualTo(
            """
            - apiGroups: [""]
              resources: [secrets, services]
              verbs: [get]
            - apiGroups: [""]
              resources: [pods]
              verbs: [list]
            """);
  }
}
