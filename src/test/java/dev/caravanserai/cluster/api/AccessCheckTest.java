package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessCheckTest {
  @Test
  void anApiServerThatIsAwayIsNamedWithItsUrl() throws Exception {
    // Given
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var config =
        new ConfigBuilder(Config.empty()).withMasterUrl("http://127.0.0.1:" + port).build();

    // Then
    try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
      assertThatThrownBy(() -> new AccessCheck(client).check("default"))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE))
          .hasMessageContaining("http://127.0.0.1:" + port);
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
