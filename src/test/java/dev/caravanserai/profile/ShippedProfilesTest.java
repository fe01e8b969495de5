package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedProfilesTest {
  private static final String ID = "c1b2c5f0-0d43-4d3a-9d19-2f1a4b5c6d7e";

  @Test
  void default_is_restricted_and_has_a_workspace() {
    Plan plan = Requests.of("default").image(null).plan();
    restricted(plan.pod());
    assertThat(main(plan).getImage()).isEqualTo("busybox:1");
    assertThat(main(plan).getVolumeMounts())
        .singleElement()
        .satisfies(m -> assertThat(m.getMountPath()).isEqualTo("/workspace"));
    assertThat(plan.pod().getSpec().getVolumes().get(0).getEmptyDir()).isNotNull();
    assertThat(main(plan).getResources().getLimits()).containsKeys("cpu", "memory");
    assertThat(main(plan).getResources().getRequests()).containsKeys("cpu", "memory");
    Plan stored = Requests.of("default").storage("2Gi").plan();
    assertThat(stored.objects()).hasOnlyElementsOfType(PersistentVolumeClaim.class);
    assertThat(stored.pod().getSpec().getVolumes())
        .singleElement()
        .satisfies(
            v ->
                assertThat(v.getPersistentVolumeClaim().getClaimName())
                    .isEqualTo("session-one-pvc"));
  }

  @ParameterizedTest
  @CsvSource({"default", "raworc", "autogen"})
  void commands_run_where_the_storage_is_mounted(String profile) {
    // Given
    Requests request = Requests.of(profile).storage("1Gi", "/data");

    // When
    Container main = main(request.plan());

    // Then
    assertThat(main.getVolumeMounts()).extracting(VolumeMount::getMountPath).contains("/data");
    assertThat(main.getWorkingDir()).isEqualTo("/data");
    assertThat(main(request.workingDir("/other").plan()).getWorkingDir()).isEqualTo("/other");
  }

  @Test
  void hypha_has_its_names_labels_annotations_and_environment() {
    Plan plan =
        Requests.of("hypha")
            .id("ws/app")
            .env(Map.of("HYPHA_APP_ID", "mine", "HYPHA_TOKEN", "t"))
            .metadata(Map.of("app_id", "a", "workspace", "w", "client_id", "c", "server_url", "u"))
            .plan(Map.of("HYPHA_K8S_NAMESPACE", "lab"));
    restricted(plan.pod());
    assertThat(plan.namespace()).isEqualTo("lab");
    assertThat(plan.pod().getMetadata().getName()).startsWith("hypha-pod-ws-app-");
    assertThat(main(plan).getName()).isEqualTo("main");
    assertThat(plan.pod().getMetadata().getLabels())
        .containsEntry("app", "hypha")
        .containsEntry("component", "worker-pod");
    assertThat(plan.pod().getMetadata().getAnnotations())
        .containsEntry("hypha.amun.ai/app-id", "a")
        .containsEntry("hypha.amun.ai/workspace", "w")
        .containsEntry("hypha.amun.ai/client-id", "c")
        .containsEntry("hypha.amun.ai/session-id", "ws/app")
        .containsEntry("hypha.amun.ai/worker-type", "k8s")
        .containsKey("hypha.amun.ai/created-at");
    assertThat(main(plan).getEnv())
        .extracting("name")
        .containsExactlyInAnyOrder(
            "HYPHA_SERVER_URL",
            "HYPHA_WORKSPACE",
            "HYPHA_TOKEN",
            "HYPHA_CLIENT_ID",
            "HYPHA_APP_ID");
    var data = ((io.fabric8.kubernetes.api.model.Secret) plan.objects().get(0)).getData();
    assertThat(new String(java.util.Base64.getDecoder().decode(data.get("HYPHA_APP_ID"))))
        .isEqualTo("mine");
    assertThat(plan.spec().timeout().orElseThrow()).hasSeconds(3600);
    assertThat(Requests.of("hypha").plan().namespace()).isEqualTo("default");
  }

  @Test
  void raworc_has_a_claim_and_its_names_labels_and_resources() {
    Plan plan =
        Requests.of("raworc")
            .id(ID)
            .image(null)
            .metadata(Map.of("name", "My session!"))
            .plan(Map.of("KUBERNETES_CPU_LIMIT", "2"));
    assertThat(plan.namespace()).isEqualTo("raworc-sessions");
    assertThat(plan.objects())
        .extracting(HasMetadata::getKind)
        .containsExactly("PersistentVolumeClaim");
    PersistentVolumeClaim claim = (PersistentVolumeClaim) plan.objects().get(0);
    assertThat(claim.getMetadata().getName()).isEqualTo("session-pvc-" + ID);
    assertThat(claim.getSpec().getStorageClassName()).isNull();
    assertThat(claim.getSpec().getResources().getRequests())
        .containsEntry("storage", new Quantity("1Gi"));
    assertThat(plan.pod().getMetadata().getName()).isEqualTo("session-" + ID);
    assertThat(main(plan).getName()).isEqualTo("session-container");
    assertThat(main(plan).getImage()).isEqualTo("python:3.11-slim");
    assertThat(main(plan).getWorkingDir()).isEqualTo("/workspace");
    assertThat(main(plan).getResources().getLimits())
        .containsEntry("cpu", new Quantity("2"))
        .containsEntry("memory", new Quantity("1Gi"));
    assertThat(main(plan).getResources().getRequests())
        .containsEntry("cpu", new Quantity("100m"))
        .containsEntry("memory", new Quantity("128Mi"));
    assertThat(plan.pod().getMetadata().getLabels())
        .containsEntry("app", "raworc")
        .containsEntry("component", "session")
        .containsEntry("session-id", ID);
    assertThat(plan.pod().getMetadata().getLabels().get("session-name")).startsWith("my-session-");
  }

  @Test
  void autogen_has_its_container_and_image() {
    Plan plan = Requests.of("autogen").id(ID).image(null).plan();
    assertThat(plan.namespace()).isEqualTo("default");
    assertThat(plan.pod().getMetadata().getName()).isEqualTo("autogen-code-exec-" + ID);
    assertThat(main(plan).getName()).isEqualTo("autogen-executor");
    assertThat(main(plan).getImage()).isEqualTo("python:3-slim");
    assertThat(main(plan).getWorkingDir()).isEqualTo("/workspace");
    assertThat(plan.pod().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(plan.startTimeout()).hasSeconds(60);
    assertThat(plan.pod().getSpec().getAutomountServiceAccountToken()).isFalse();
  }

  /** Each variable with a distinct value, which must appear in the planned objects. */
  @ParameterizedTest
  @CsvSource({
    "hypha, HYPHA_K8S_NAMESPACE, lab, namespace: lab",
    "hypha, HYPHA_K8S_DEFAULT_TIMEOUT, 1234, activeDeadlineSeconds: 1294",
    "hypha, HYPHA_K8S_IMAGE_PULL_POLICY, Never, imagePullPolicy: Never",
    "raworc, KUBERNETES_NAMESPACE, lab, namespace: lab",
    "raworc, KUBERNETES_IMAGE, python:4, image: python:4",
    "raworc, KUBERNETES_IMAGE_PULL_POLICY, Always, imagePullPolicy: Always",
    "raworc, KUBERNETES_CPU_REQUEST, 123m, cpu: 123m",
    "raworc, KUBERNETES_MEMORY_REQUEST, 123Mi, memory: 123Mi",
    "raworc, KUBERNETES_CPU_LIMIT, 1234m, cpu: 1234m",
    "raworc, KUBERNETES_MEMORY_LIMIT, 1234Mi, memory: 1234Mi",
    "raworc, KUBERNETES_STORAGE_SIZE, 7Gi, storage: 7Gi",
    "raworc, KUBERNETES_STORAGE_CLASS, fast, storageClassName: fast",
    "autogen, AUTOGEN_K8S_NAMESPACE, lab, namespace: lab"
  })
  void every_environment_variable_of_the_replaced_systems_is_honoured(
      String profile, String variable, String value, String applied) {
    // Given
    Requests request = Requests.of(profile).image(profile.equals("raworc") ? null : "busybox:1");
    List<HasMetadata> objects = new ArrayList<>();

    // When
    Plan plan = request.plan(Map.of(variable, value));

    // Then
    objects.addAll(plan.objects());
    objects.add(plan.pod());
    assertThat(Serialization.asYaml(objects).replace("\"", "")).contains(applied);
  }

  @Test
  void every_variable_of_a_shipped_profile_is_in_this_test() throws Exception {
    // Given
    var sources =
        ShippedProfilesTest.class
            .getDeclaredMethod(
                "every_environment_variable_of_the_replaced_systems_is_honoured",
                String.class,
                String.class,
                String.class,
                String.class)
            .getAnnotation(CsvSource.class);

    // When
    var declared =
        Profiles.shipped().names().stream()
            .flatMap(
                name ->
                    Profiles.shipped().find(name).orElseThrow().file().settings().keySet().stream())
            .toList();

    // Then
    assertThat(declared)
        .allSatisfy(name -> assertThat(sources.value()).anyMatch(row -> row.contains(name + ",")));
  }

  @Test
  void namespaces_of_the_shipped_profiles_are_known() {
    assertThat(Profiles.load(Optional.empty(), Map.of("HYPHA_K8S_NAMESPACE", "lab")).namespaces())
        .containsExactly("default", "lab", "raworc-sessions");
  }

  private static Container main(Plan plan) {
    return plan.pod().getSpec().getContainers().get(0);
  }

  private static void restricted(Pod pod) {
    var security = pod.getSpec().getSecurityContext();
    assertThat(security.getRunAsNonRoot()).isTrue();
    assertThat(security.getRunAsUser()).isEqualTo(1000);
    assertThat(security.getFsGroup()).isEqualTo(1000);
    assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    var container = pod.getSpec().getContainers().get(0).getSecurityContext();
    assertThat(container.getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
  }
}
