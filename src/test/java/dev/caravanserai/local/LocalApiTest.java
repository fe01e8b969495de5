package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LocalApiTest extends LocalFixture {
  @Test
  void invalid_object_is_rejected_with_the_field() {
    // Given
    Pod bad = pod("p2").editSpec().withRestartPolicy("Sometimes").endSpec().build();
    bad.getSpec().getContainers().add(bad.getSpec().getContainers().get(0));

    // When, Then
    assertThatThrownBy(() -> client.resource(bad).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(422))
        .hasMessageContaining("spec.restartPolicy: Unsupported value: \"Sometimes\"")
        .hasMessageContaining("spec.containers[1].name: Duplicate value: \"main\"");
  }

  @Test
  void injected_refusals_have_the_messages_of_a_real_api_server() {
    // Given
    Pod quota =
        pod("p3")
            .editMetadata()
            .addToAnnotations("local.caravanserai.dev/fault", "quota")
            .endMetadata()
            .build();

    // When, Then
    assertThatThrownBy(() -> client.resource(quota).create())
        .satisfies(e -> assertThat(code(e)).isEqualTo(403))
        .hasMessageContaining("pods \"p3\" is forbidden: exceeded quota: local");
    assertThatThrownBy(() -> client.configMaps().inNamespace("none").resource(map("x")).create())
        .satisfies(e -> assertThat(code(e)).isEqualTo(404))
        .hasMessageContaining("namespaces \"none\" not found");
  }

  @Test
  void lists_support_selectors_and_pages() {
    // Given
    client.resource(map("a", "tier", "one")).create();
    client.resource(map("b", "tier", "two")).create();
    client.resource(map("c")).create();

    // When
    var first = client.configMaps().list(new ListOptionsBuilder().withLimit(2L).build());
    var second =
        client
            .configMaps()
            .list(
                new ListOptionsBuilder()
                    .withLimit(2L)
                    .withContinue(first.getMetadata().getContinue())
                    .build());

    // Then
    assertThat(first.getItems()).hasSize(2);
    assertThat(second.getItems()).extracting(m -> m.getMetadata().getName()).containsExactly("c");
    assertThat(client.configMaps().withLabelIn("tier", "one", "two").list().getItems()).hasSize(2);
    assertThat(client.configMaps().withoutLabel("tier").list().getItems()).hasSize(1);
    assertThat(client.configMaps().withField("metadata.name", "b").list().getItems()).hasSize(1);
    assertThat(client.configMaps().inAnyNamespace().list().getItems()).hasSize(3);
  }

  @Test
  void update_of_an_old_version_is_a_conflict() {
    // Given
    ConfigMap old = client.resource(map("m")).create();
    client
        .configMaps()
        .withName("m")
        .edit(m -> new ConfigMapBuilder(m).addToData("n", "1").build());

    // When, Then
    ConfigMap stale = new ConfigMapBuilder(old).addToData("k", "lost").build();
    assertThatThrownBy(() -> client.resource(stale).lockResourceVersion().update())
        .satisfies(e -> assertThat(code(e)).isEqualTo(409))
        .hasMessageContaining("the object has been modified");
  }

  @Test
  void every_patch_type_is_supported() {
    // Given
    client.resource(map("m")).create();
    var target = client.configMaps().withName("m");

    // When
    target.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"k\":null,\"merge\":\"1\"}}");
    target.patch(
        PatchContext.of(PatchType.JSON),
        "[{\"op\":\"add\",\"path\":\"/data/json\",\"value\":\"2\"}]");
    target.patch(
        PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"metadata\":{\"labels\":{\"l\":\"3\"}}}");
    client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("m")
                .endMetadata()
                .addToData("ssa", "4")
                .build())
        .serverSideApply();

    // Then
    assertThat(target.get().getData())
        .containsOnly(Map.entry("merge", "1"), Map.entry("json", "2"), Map.entry("ssa", "4"));
    assertThat(target.get().getMetadata().getLabels()).containsEntry("l", "3");
  }

  @Test
  void access_review_allows_what_is_served() throws Exception {
    // When
    String yes = review("pods", "exec", "create", "sessions");
    String no = review("deployments", "", "create", "sessions");
    String elsewhere = review("pods", "", "get", "nowhere");

    // Then
    assertThat(yes).contains("\"allowed\":true");
    assertThat(no).contains("\"allowed\":false");
    assertThat(elsewhere).contains("\"allowed\":false");
  }

  private String review(String resource, String sub, String verb, String namespace) {
    return client.raw(
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "POST",
        """
        {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
         "spec": {"resourceAttributes": {"resource": "%s", "subresource": "%s", "verb": "%s",
                                         "namespace": "%s"}}}
        """
            .formatted(resource, sub, verb, namespace));
  }

  @Test
  void unsupported_resource_is_rejected_by_name() {
    // Given
    client.resource(map("m")).create();

    // When, Then
    assertThatThrownBy(() -> client.apps().deployments().list())
        .satisfies(e -> assertThat(code(e)).isEqualTo(404))
        .hasMessageContaining("the local cluster does not serve /apis/apps/v1");
    assertThatThrownBy(
            () -> client.raw("/api/v1/namespaces/sessions/configmaps/m/scale", "GET", null))
        .hasMessageContaining("does not serve scale");
    assertThatThrownBy(() -> client.raw("/api/v1/namespaces/sessions/configmaps", "PUT", "{}"))
        .satisfies(e -> assertThat(code(e)).isEqualTo(405));
  }

  @Test
  void body_in_protobuf_is_rejected_with_a_workaround() {
    // Given
    byte[] body = {'k', '8', 's', 0};

    // When, Then
    assertThatThrownBy(() -> Patches.body("application/vnd.kubernetes.protobuf", body))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code).isEqualTo(415))
        .hasMessageContaining("--dry-run=client -o yaml");
  }

  @Test
  void only_image_and_deadline_of_a_pod_spec_can_be_changed() {
    // Given
    client.resource(pod("p").build()).create();
    var pod = client.pods().withName("p");

    // When
    // no resourceVersion is sent: the kubelet's own writes at the same time are no conflict
    PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);
    pod.patch(merge, "{\"spec\":{\"activeDeadlineSeconds\":90}}");

    // Then
    assertThat(pod.get().getSpec().getActiveDeadlineSeconds()).isEqualTo(90);
    assertThatThrownBy(() -> pod.patch(merge, "{\"spec\":{\"activeDeadlineSeconds\":91}}"))
        .hasMessageContaining("must be less than or equal to previous value");
    assertThatThrownBy(() -> pod.patch(merge, "{\"spec\":{\"activeDeadlineSeconds\":null}}"))
        .hasMessageContaining("must be less than or equal to previous value");
    assertThatThrownBy(() -> pod.patch(merge, "{\"spec\":{\"hostname\":\"h\"}}"))
        .satisfies(e -> assertThat(code(e)).isEqualTo(422))
        .hasMessageContaining("pod updates may not change fields other than");
  }

  @Test
  void immutable_fields_of_other_objects_cannot_be_changed() {
    // Given
    client.resource(new ConfigMapBuilder(map("m")).withImmutable(true).build()).create();
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .withType("a/b")
                .build())
        .create();
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("c")
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build())
        .create();
    PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);

    // When, Then
    assertThatThrownBy(
            () -> client.configMaps().withName("m").patch(merge, "{\"data\":{\"k\":\"new\"}}"))
        .satisfies(e -> assertThat(code(e)).isEqualTo(422))
        .hasMessageContaining("data: Forbidden: field is immutable");
    assertThatThrownBy(() -> client.secrets().withName("s").patch(merge, "{\"type\":\"c/d\"}"))
        .hasMessageContaining("type: Invalid value: field is immutable");
    var claim = client.persistentVolumeClaims().withName("c");
    assertThatThrownBy(() -> claim.patch(merge, "{\"spec\":{\"storageClassName\":\"x\"}}"))
        .hasMessageContaining("spec: Forbidden: spec is immutable after creation");
    claim.patch(merge, "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"2Gi\"}}}}");
  }

  @Test
  void dry_run_of_a_taken_name_is_a_conflict() {
    // Given
    client.resource(map("m")).create();

    // When, Then
    assertThatThrownBy(() -> client.resource(map("m")).dryRun().create())
        .satisfies(e -> assertThat(code(e)).isEqualTo(409));
  }

  @Test
  void empty_version_of_an_update_is_no_version() {
    // Given
    client.resource(map("m")).create();
    PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);

    // When
    ConfigMap changed =
        client
            .configMaps()
            .withName("m")
            .patch(merge, "{\"metadata\":{\"resourceVersion\":\"\"},\"data\":{\"k\":\"new\"}}");

    // Then
    assertThat(changed.getData()).containsEntry("k", "new");
  }

  @Test
  void invalid_range_of_a_log_is_rejected() {
    // Given
    client.resource(pod("p").build()).create();
    String log = "/api/v1/namespaces/sessions/pods/p/log?";
    Awaitility.await()
        .until(() -> client.pods().withName("p").get().getStatus().getPhase().equals("Running"));

    // When, Then
    for (String query :
        List.of(
            "sinceSeconds=0", "limitBytes=0", "sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z")) {
      assertThatThrownBy(() -> client.raw(log + query, "GET", null))
          .as(query)
          .satisfies(e -> assertThat(code(e)).isEqualTo(422));
    }
    Awaitility.await()
        .until(
            () ->
                client.raw(log + "sinceSeconds=" + "9".repeat(18), "GET", null).contains("three"));
  }

  @Test
  void event_is_readable_in_both_api_groups() {
    // Given
    client
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withName("e")
                .endMetadata()
                .withType("Warning")
                .withReason("BackOff")
                .withMessage("the text")
                .withCount(2)
                .withNewInvolvedObject()
                .withKind("Pod")
                .withName("p")
                .endInvolvedObject()
                .build())
        .create();

    // When
    var events = client.events().v1().events();

    // Then
    assertThat(events.list().getItems())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getApiVersion()).isEqualTo("events.k8s.io/v1");
              assertThat(event.getRegarding().getName()).isEqualTo("p");
              assertThat(event.getNote()).isEqualTo("the text");
              assertThat(event.getDeprecatedCount()).isEqualTo(2);
            });
    assertThat(events.withName("e").get().getReason()).isEqualTo("BackOff");
    assertThatThrownBy(() -> events.withName("e").delete())
        .satisfies(e -> assertThat(code(e)).isEqualTo(405));
  }
}
