package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign objects with the name of one of a session's objects. */
@ExtendWith(NothingLeftBehind.class)
class ForeignObjectsIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final Api api = SERVER.api();

  @ParameterizedTest
  @ValueSource(strings = {"Secret", "PersistentVolumeClaim", "Pod"})
  void foreign_object_of_the_same_name_is_a_conflict_and_stays(String kind) {
    // Given
    String id = "foreign-" + Long.toString(System.nanoTime(), 36);
    Map<String, ?> request =
        Map.of("id", id, "env", Map.of("PIN", "1"), "storage", Map.of("size", "10Mi"));
    HasMetadata foreign = foreign(kind, "session-" + id);
    KubernetesClient client = TestCluster.get().client();
    HasMetadata created = client.resource(foreign).create();
    try {
      for (Map<String, String> how :
          List.of(Map.<String, String>of(), Map.of("Prefer", "respond-async"))) {
        // When
        Answer refused = api.startLater(request, how).join();

        // Then
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.field("detail"))
            .contains(kind, created.getMetadata().getName(), "left alone");
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
}
