package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.wire.ClosedPort;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessCheckTest {
  @Test
  void unreachable_api_server_is_reported_with_its_url() throws Exception {
    // Given
    try (var away = new ClosedPort();
        var client =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + away.port())
                        .build())
                .build()) {

      // Then
      assertThatThrownBy(() -> new AccessCheck(client).check("default", Set.of()))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE))
          .hasMessageContaining("http://127.0.0.1:" + away.port());
    }
  }

  @Test
  void only_the_rights_that_the_profiles_need_are_asked_for() {
    // When
    var without = Access.needed(Set.of());
    var with = Access.needed(Set.of(Ingress.class, PersistentVolumeClaim.class, Pod.class));

    // Then
    assertThat(without)
        .doesNotHaveDuplicates()
        .noneMatch(
            a ->
                Set.of(
                        "services",
                        "ingresses",
                        "networkpolicies",
                        "leases",
                        "persistentvolumeclaims")
                    .contains(a.resource()));
    assertThat(with)
        .doesNotHaveDuplicates()
        .contains(
            new Access("networking.k8s.io", "ingresses", "create"),
            new Access("", "persistentvolumeclaims", "delete"));
    assertThat(with).hasSize(without.size() + 6);
  }

  @Test
  void resources_that_lack_the_same_share_a_rule() {
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
