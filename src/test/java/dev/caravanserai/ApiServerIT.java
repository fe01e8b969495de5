package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules of the API server that sessions rely on, on the local and on a real cluster. */
@ExtendWith(NothingLeftBehind.class)
class ApiServerIT {
  private static final String OTHER_UID = "00000000-0000-4000-8000-000000000000";
  private static final String FINALIZER = "caravanserai.dev/test";

  private final KubernetesClient client = TestCluster.get().client();
  private final String name = "rules-" + Long.toString(System.nanoTime(), 36);
  private final Resource<ConfigMap> object =
      client.configMaps().inNamespace(TestCluster.NAMESPACE).withName(name);

  @AfterEach
  void remove() {
    if (object.get() != null) {
      merge("{'metadata': {'finalizers': null}}");
      object.delete();
    }
  }

  private ConfigMap create() {
    return client.resource(configMap().build()).create();
  }

  private ConfigMapBuilder configMap() {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(TestCluster.NAMESPACE)
        .endMetadata()
        .addToData("a", "1");
  }

  private String path() {
    return "/api/v1/namespaces/" + TestCluster.NAMESPACE + "/configmaps";
  }

  private ConfigMap merge(String patch) {
    return patch(PatchType.JSON_MERGE, patch);
  }

  private ConfigMap patch(PatchType type, String patch) {
    return object.patch(PatchContext.of(type), patch.replace('\'', '"'));
  }

  private void delete(String preconditions) {
    String options = "{'preconditions': %s}".formatted(preconditions).replace('\'', '"');
    client.raw(path() + "/" + name, "DELETE", options);
  }

  private static Consumer<Throwable> refusal(int code, String reason) {
    return thrown -> {
      KubernetesClientException e = (KubernetesClientException) thrown;
      assertThat(e.getCode()).isEqualTo(code);
      assertThat(e.getStatus().getReason()).isEqualTo(reason);
    };
  }

  @Test
  void delete_with_another_uid_or_version_is_a_conflict() {
    // Given
    ConfigMap created = create();
    merge("{'data': {'b': '2'}}");
    String uid = created.getMetadata().getUid();
    String old = created.getMetadata().getResourceVersion();

    // When, Then
    assertThatThrownBy(() -> delete("{'uid': '%s'}".formatted(OTHER_UID)))
        .satisfies(refusal(409, "Conflict"))
        .hasMessageContaining(
            "the UID in the precondition (%s) does not match the UID in record (%s)",
            OTHER_UID, uid);
    assertThatThrownBy(() -> delete("{'uid': '%s', 'resourceVersion': '%s'}".formatted(uid, old)))
        .satisfies(refusal(409, "Conflict"))
        .hasMessageContaining(
            "the ResourceVersion in the precondition (%s) does not match the ResourceVersion in"
                + " record",
            old);
    ConfigMap now = object.get();
    assertThat(now.getData()).containsKeys("a", "b");
    delete(
        "{'uid': '%s', 'resourceVersion': '%s'}"
            .formatted(uid, now.getMetadata().getResourceVersion()));
    assertThat(object.get()).isNull();
  }

  @ParameterizedTest
  @EnumSource(
      value = PatchType.class,
      names = {"JSON_MERGE", "STRATEGIC_MERGE"})
  void patch_with_another_uid_is_invalid_and_with_another_version_a_conflict(PatchType type) {
    // Given
    String old = create().getMetadata().getResourceVersion();
    merge("{'data': {'b': '2'}}");
    String patch = "{'metadata': {'%s': '%s'}, 'data': {'a': 'lost'}}";

    // When, Then
    assertThatThrownBy(() -> patch(type, patch.formatted("uid", OTHER_UID)))
        .satisfies(refusal(422, "Invalid"))
        .hasMessageContaining("metadata.uid: Invalid value: \"%s\": field is immutable", OTHER_UID)
        .extracting(e -> ((KubernetesClientException) e).getStatus().getDetails().getCauses())
        .asList()
        .first()
        .extracting(cause -> ((StatusCause) cause).getField())
        .isEqualTo("metadata.uid");
    assertThatThrownBy(() -> patch(type, patch.formatted("resourceVersion", old)))
        .satisfies(refusal(409, "Conflict"))
        .hasMessageContaining("the object has been modified");
    assertThat(object.get().getData()).containsEntry("a", "1");
  }

  @Test
  void patch_with_the_current_uid_and_version_is_applied() {
    // Given
    ConfigMap created = create();

    // When
    ConfigMap changed =
        merge(
            "{'metadata': {'uid': '%s', 'resourceVersion': '%s'}, 'data': {'a': '2'}}"
                .formatted(
                    created.getMetadata().getUid(), created.getMetadata().getResourceVersion()));

    // Then
    assertThat(changed.getData()).containsEntry("a", "2");
  }

  @Test
  void json_patch_with_a_failed_test_changes_nothing() {
    // Given
    create();
    String patch =
        "[{'op': 'test', 'path': '/metadata/uid', 'value': '%s'},"
            + " {'op': 'replace', 'path': '/data/a', 'value': 'lost'}]";

    // When, Then
    assertThatThrownBy(() -> patch(PatchType.JSON, patch.formatted(OTHER_UID)))
        .satisfies(refusal(422, "Invalid"));
    assertThat(object.get().getData()).containsEntry("a", "1");
  }

  @Test
  void update_with_another_uid_is_a_conflict() {
    // Given
    create();

    // When, Then
    assertThatThrownBy(
            () ->
                client
                    .resource(configMap().editMetadata().withUid(OTHER_UID).endMetadata().build())
                    .update())
        .satisfies(refusal(409, "Conflict"))
        .hasMessageContaining("Precondition failed: UID in precondition: " + OTHER_UID);
  }

  @Test
  void create_ignores_a_given_uid_and_rejects_a_given_version() {
    // Given
    String body = "{\"metadata\": {\"name\": \"%s\", \"%s\": \"%s\"}}";

    // When, Then
    assertThatThrownBy(
            () -> client.raw(path(), "POST", body.formatted(name, "resourceVersion", "1")))
        .hasMessageContaining("resourceVersion should not be set on objects to be created");
    client.raw(path(), "POST", body.formatted(name, "uid", OTHER_UID));
    assertThat(object.get().getMetadata().getUid()).isNotEqualTo(OTHER_UID);
  }

  @Test
  void deleted_object_stays_until_its_last_finalizer_is_removed() {
    // Given
    create();
    merge("{'metadata': {'finalizers': ['%s']}}".formatted(FINALIZER));

    // When
    object.delete();

    // Then
    assertThat(object.get().getMetadata().getDeletionTimestamp()).isNotEmpty();
    assertThatThrownBy(
            () -> merge("{'metadata': {'finalizers': ['%1$s', '%1$s-2']}}".formatted(FINALIZER)))
        .satisfies(refusal(422, "Invalid"))
        .hasMessageContaining("no new finalizers can be added if the object is being deleted");
    merge("{'metadata': {'deletionTimestamp': null}}");
    assertThat(object.get().getMetadata().getDeletionTimestamp()).isNotEmpty();

    // When
    merge("{'metadata': {'finalizers': null}}");

    // Then
    assertThat(object.get()).isNull();
  }

  @Test
  void deleted_claim_stays_until_its_last_finalizer_is_removed() {
    // Given
    var claim = client.persistentVolumeClaims().inNamespace(TestCluster.NAMESPACE).withName(name);
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(TestCluster.NAMESPACE)
                .withFinalizers(FINALIZER)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Mi"))
                .endResources()
                .endSpec()
                .build())
        .create();

    // When
    claim.delete();

    // Then
    try {
      assertThat(claim.get().getMetadata().getDeletionTimestamp()).isNotEmpty();
      assertThat(claim.get().getMetadata().getFinalizers()).contains(FINALIZER);
    } finally {
      claim.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"finalizers\": null}}");
    }
    await().until(() -> claim.get() == null);
  }
}
