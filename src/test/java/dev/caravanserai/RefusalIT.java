package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.cluster.api.ApiConnection;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import static org.awaitility.Awaitility.await;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the cluster refuses half-way is undone, and told in the cluster's words. */
@ExtendWith(NothingLeftBehind.class)
class RefusalIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.profile.folder", "src/test/profiles"));

  private final Api api = SERVER.api();

  @Test
  void a_quota_that_is_used_up() {
    try (KubernetesClient admin = TestCluster.real() ? admin() : null) {
      // Given: a quota on the real cluster; the local one refuses by the profile's annotation
      Optional<ResourceQuota> quota =
          Optional.ofNullable(admin).map(client -> client.resource(noPods()).create());
      try {
        if (admin != null) {
          admin
              .resource(quota.get())
              .waitUntilCondition(
                  q -> q != null && q.getStatus() != null && q.getStatus().getHard() != null,
                  3,
                  java.util.concurrent.TimeUnit.MINUTES);
        }

        // When
        Answer answer = api.start(Map.of("profile", "over-quota"));

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(429);
        assertThat(answer.field("code")).isEqualTo("QUOTA_EXCEEDED");
        assertThat(answer.field("detail")).contains("exceeded quota").contains("raise the quota");
      } finally {
        quota.ifPresent(q -> admin.resource(q).delete());
      }
    }
  }

  @Test
  void a_claim_that_is_refused() {
    // When
    Answer answer =
        api.start(Map.of("profile", "refused-claim", "storage", Map.of("size", "10Mi")));

    // Then
    assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
    assertThat(answer.field("code")).isIn("CONFIG_ERROR", "FORBIDDEN");
    assertThat(answer.field("detail")).contains("PersistentVolumeClaim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Secret", "PersistentVolumeClaim", "Pod"})
  void object_of_somebody_else_is_a_conflict_and_is_left_alone(String kind) {
    // Given
    String id = "foreign-" + Long.toString(System.nanoTime(), 36);
    Map<String, ?> request =
        Map.of("id", id, "env", Map.of("PIN", "1"), "storage", Map.of("size", "10Mi"));
    HasMetadata foreign = foreign(kind, "session-" + id);
    KubernetesClient client = TestCluster.get().client();
    HasMetadata created = client.resource(foreign).create();
    try {
      for (Map<String, String> how : List.of(Map.<String, String>of(), Map.of("Prefer", "respond-async"))) {
        // When
        Answer refused = api.startLater(request, how).join();

        // Then
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.field("detail")).contains(kind, created.getMetadata().getName(), "left alone");
        HasMetadata now = client.resource(foreign).get();
        assertThat(now).isNotNull();
        assertThat(now.getMetadata().getUid()).isEqualTo(created.getMetadata().getUid());
        assertThat(now.getMetadata().getDeletionTimestamp()).isNull();
        await().until(() -> TestCluster.get().anchor(id).get() == null);
        await().until(() -> left(id).equals(Set.of(kind + "/" + created.getMetadata().getName())));
      }
    } finally {
      client.resource(foreign).withGracePeriod(0L).delete();
      await().until(() -> client.resource(foreign).get() == null);
    }
  }

  private static Set<String> left(String id) {
    return TestCluster.get().objects().stream()
        .filter(object -> object.contains(id))
        .collect(Collectors.toSet());
  }

  private static HasMetadata foreign(String kind, String session) {
    return switch (kind) {
      case "Secret" ->
          new SecretBuilder()
              .withNewMetadata()
              .withNamespace(TestCluster.NAMESPACE)
              .withName(session + "-env")
              .endMetadata()
              .build();
      case "PersistentVolumeClaim" ->
          new PersistentVolumeClaimBuilder()
              .withNewMetadata()
              .withNamespace(TestCluster.NAMESPACE)
              .withName(session + "-pvc")
              .endMetadata()
              .withNewSpec()
              .withAccessModes("ReadWriteOnce")
              .withNewResources()
              .addToRequests("storage", new Quantity("1Mi"))
              .endResources()
              .endSpec()
              .build();
      default ->
          new PodBuilder()
              .withNewMetadata()
              .withNamespace(TestCluster.NAMESPACE)
              .withName(session)
              .endMetadata()
              .withNewSpec()
              .addNewContainer()
              .withName("other")
              .withImage("busybox:1")
              .withCommand("sleep", "3600")
              .endContainer()
              .endSpec()
              .build();
    };
  }

  private static KubernetesClient admin() {
    Path kubeconfig = TestCluster.get().kubeconfig().resolveSibling("admin.kubeconfig");
    Assumptions.assumeTrue(Files.exists(kubeconfig), "needs an admin.kubeconfig beside KUBECONFIG");
    return new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  private static ResourceQuota noPods() {
    return new ResourceQuotaBuilder()
        .withNewMetadata()
        .withName("no-pods")
        .withNamespace(TestCluster.NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .addToHard("pods", new Quantity("0"))
        .endSpec()
        .build();
  }
}
