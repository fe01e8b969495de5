package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shipped profiles in dry runs against the API server of KUBECONFIG. */
class ProfilesIT {
  private static final Map<String, String> NAMESPACES =
      Map.of(
          "HYPHA_K8S_NAMESPACE", "sessions",
          "KUBERNETES_NAMESPACE", "sessions",
          "AUTOGEN_K8S_NAMESPACE", "sessions");

  @ParameterizedTest
  @ValueSource(strings = {"default", "hypha", "raworc", "autogen"})
  void api_server_accepts_every_object_as_planned(String profile) {
    // Given
    assumeTrue(System.getenv("KUBECONFIG") != null, "KUBECONFIG of a real cluster is missing");
    Plan plan =
        Requests.of(profile)
            .id("profiles-it-" + UUID.randomUUID())
            .env(Map.of("A", "b"))
            .storage("1Gi")
            .plan(NAMESPACES);
    List<HasMetadata> planned = new ArrayList<>(List.of(plan.anchor()));
    planned.addAll(plan.objects());
    planned.add(plan.pod());
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      for (HasMetadata object : planned) {
        // When
        HasMetadata taken = client.resource(object).dryRun(true).create();

        // Then
        assertThat(taken.getMetadata().getLabels())
            .containsAllEntriesOf(object.getMetadata().getLabels());
        assertThat(taken.getMetadata().getName()).isEqualTo(object.getMetadata().getName());
      }
    }
  }
}
