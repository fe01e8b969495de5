package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As a user with all required permissions in one namespace and none elsewhere. */
class AccessCheckIT {
  private static final Set<Class<? extends HasMetadata>> KINDS = Set.of(Pod.class, Ingress.class);

  private KubernetesClient client;

  @BeforeEach
  void connect() {
    assumeTrue(
        System.getProperty("caravanserai.it.cluster", "api").equals("api"),
        "a real cluster is missing: run with -Pcluster");
    assumeTrue(System.getenv("KUBECONFIG") != null, "KUBECONFIG of a real cluster is missing");
    client = new KubernetesClientBuilder().build();
  }

  @AfterEach
  void disconnect() {
    if (client != null) {
      client.close();
    }
  }

  @Test
  void nothing_is_missing_where_sessions_are_allowed() {
    // When
    var report = new AccessCheck(client).check(client.getNamespace(), KINDS);

    // Then
    assertThat(report.missing()).isEmpty();
    assertThat(report.complete()).isTrue();
    assertThat(report.rules()).isEmpty();
  }

  @Test
  void every_missing_verb_is_named_with_the_rule_that_gives_it() {
    // When
    var report = new AccessCheck(client).check("default", KINDS);

    // Then
    assumeTrue(!report.complete(), "a user who may not work in the namespace default is missing");
    assertThat(report.missing()).isEqualTo(Access.needed(KINDS));
    assertThat(report.describe())
        .contains("create pods/exec", "watch configmaps", "get ingresses.networking.k8s.io");
    assertThat(report.rules())
        .contains(
            """
            - apiGroups: ["networking.k8s.io"]
              resources: [ingresses]
              verbs: [create, get, delete]
            """);
  }

  @Test
  void rejected_credentials_are_reported() {
    // Given
    var config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(client.getMasterUrl().toString())
            .withCaCertData(client.getConfiguration().getCaCertData())
            .withOauthToken("wrong")
            .build();

    // Then
    try (var stranger = new KubernetesClientBuilder().withConfig(config).build()) {
      assertThatThrownBy(() -> new AccessCheck(stranger).check("default", KINDS))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.FORBIDDEN))
          .hasMessageContaining("refused the server's credentials");
    }
  }
}
