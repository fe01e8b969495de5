package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LocalDeleteTest extends LocalFixture {
  @Test
  void delete_of_another_version_is_a_conflict() {
    // Given
    ConfigMap made = client.resource(map("m")).create();
    made.getMetadata().setResourceVersion("1");

    // When, Then
    assertThatThrownBy(() -> client.resource(made).lockResourceVersion().delete())
        .satisfies(e -> assertThat(code(e)).isEqualTo(409))
        .hasMessageContaining("the ResourceVersion in the precondition (1) does not match");
    assertThat(client.configMaps().withName("m").get()).isNotNull();
  }

  @Test
  void owned_objects_are_deleted_with_their_owner() {
    // Given
    ConfigMap anchor = client.resource(map("anchor")).create();
    var owned =
        new SecretBuilder()
            .withNewMetadata()
            .withName("owned")
            .addNewOwnerReference()
            .withApiVersion("v1")
            .withKind("ConfigMap")
            .withName("anchor")
            .withUid(anchor.getMetadata().getUid())
            .endOwnerReference()
            .endMetadata()
            .addToStringData("a", "b")
            .build();
    assertThat(client.resource(owned).create().getData()).containsEntry("a", "Yg==");

    // When
    client.configMaps().withName("anchor").delete();

    // Then
    Awaitility.await().until(() -> client.secrets().withName("owned").get() == null);
    client.resource(owned).create();
    Awaitility.await().until(() -> client.secrets().withName("owned").get() == null);
  }

  @Test
  void event_older_than_an_hour_is_deleted() {
    // Given
    client.resource(event("old", Instant.now().minus(Duration.ofMinutes(61)))).create();
    client.resource(event("young", Instant.now().minus(Duration.ofMinutes(59)))).create();

    // When
    client.resource(map("any")).create();
    client.configMaps().withName("any").delete();

    // Then
    Awaitility.await().until(() -> client.v1().events().withName("old").get() == null);
    assertThat(client.v1().events().withName("young").get()).isNotNull();
  }

  private static Event event(String name, Instant last) {
    return new EventBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewInvolvedObject()
        .withKind("Pod")
        .withName("p")
        .withNamespace("sessions")
        .endInvolvedObject()
        .withLastTimestamp(last.toString())
        .build();
  }

  @Test
  void deletion_that_is_not_in_the_background_is_rejected() {
    // Given
    client.resource(map("m")).create();

    // When, Then
    assertThatThrownBy(
            () ->
                client
                    .configMaps()
                    .withName("m")
                    .withPropagationPolicy(DeletionPropagation.ORPHAN)
                    .delete())
        .satisfies(e -> assertThat(code(e)).isEqualTo(422))
        .hasMessageContaining("in the background only");
    assertThat(client.configMaps().withName("m").get()).isNotNull();
  }

  @Test
  void objects_are_deleted_with_their_namespace() {
    // Given
    client.configMaps().inNamespace("other").resource(map("m")).create();

    // When
    client.namespaces().withName("other").delete();

    // Then
    Awaitility.await().until(() -> client.namespaces().withName("other").get() == null);
    assertThat(client.configMaps().inNamespace("other").list().getItems()).isEmpty();
  }

  @Test
  void collection_is_deleted_by_selector_and_a_dry_run_changes_nothing() {
    // Given
    client.resource(map("a", "tier", "one")).create();
    client.resource(map("b")).create();

    // When
    client.resource(map("c")).dryRun(true).create();
    client.configMaps().withLabel("tier", "one").delete();

    // Then
    assertThat(client.configMaps().list().getItems())
        .extracting(m -> m.getMetadata().getName())
        .containsExactly("b");
    client.raw("/api/v1/namespaces/sessions/configmaps?labelSelector=!tier", "DELETE", null);
    assertThat(client.configMaps().list().getItems()).isEmpty();
  }
}
