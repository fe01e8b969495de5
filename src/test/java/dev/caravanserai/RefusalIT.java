package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.cluster.api.ApiConnection;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that the cluster refuses half-way is undone and reported with the cluster's message. */
@ExtendWith(NothingLeftBehind.class)
class RefusalIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.profile.folder", "src/test/profiles"));

  private final Api api = SERVER.api();

  @Test
  void used_up_quota_is_reported_and_the_start_undone() {
    try (KubernetesClient admin = TestCluster.real() ? admin() : null) {
      // Given: a quota on the real cluster; the local one refuses by the profile's annotation
      Optional<ResourceQuota> quota =
          Optional.ofNullable(admin).map(client -> noMore(client, "pods"));
      try {
        // When
        Answer answer = api.start(Map.of("profile", "over-quota"));

        // Then
        assertQuotaExceeded(answer);
      } finally {
        quota.ifPresent(q -> admin.resource(q).delete());
      }
    }
  }

  private static void assertQuotaExceeded(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(429);
    assertThat(answer.field("code")).isEqualTo("QUOTA_EXCEEDED");
    assertThat(answer.field("detail")).contains("exceeded quota").contains("raise the quota");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pods", "configmaps"})
  void repeated_request_gets_its_session_although_a_quota_is_used_up(String resource) {
    // Given
    Assumptions.assumeTrue(TestCluster.real(), "the local cluster has no quotas");
    Map<String, String> key = Map.of("Idempotency-Key", resource + Instant.now());
    Answer first = api.startLater(Map.of(), key).join();
    try (KubernetesClient admin = admin()) {
      ResourceQuota quota = noMore(admin, resource);
      try {
        // When
        Answer again = api.startLater(Map.of(), key).join();
        Answer other = api.start(Map.of());

        // Then
        assertThat(again.field("id")).as(again.text()).isEqualTo(first.field("id"));
        assertQuotaExceeded(other);
        assertThat(api.get("/v1/sessions/" + first.field("id")).field("state"))
            .isEqualTo("RUNNING");
      } finally {
        admin.resource(quota).delete();
      }
    }
    api.stopAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pods", "configmaps"})
  void request_repeated_during_its_start_gets_its_session_although_a_quota_is_used_up(
      String resource) {
    // Given: a session that is not ready until the test says so
    Assumptions.assumeTrue(TestCluster.real(), "the local cluster has no quotas and no probes");
    Map<String, ?> request = startedBy("/tmp/ready");
    Map<String, String> key = Map.of("Idempotency-Key", "during-" + resource + Instant.now());
    CompletableFuture<Answer> first = api.startLater(request, key);
    await().until(() -> !pending().isEmpty());
    String pod = pending().get(0);
    try (KubernetesClient admin = admin()) {
      ResourceQuota quota = noMore(admin, resource);
      try {
        // When
        CompletableFuture<Answer> again = api.startLater(request, key);
        Map<String, String> later = new HashMap<>(key);
        later.put("Prefer", "respond-async");
        Answer accepted = api.startLater(request, later).join();
        assertThat(List.of(first, again)).noneMatch(CompletableFuture::isDone);
        await().until(() -> runs(pod, "touch", "/tmp/ready"));

        // Then
        String id = first.join().field("id");
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        assertThat(accepted.field("id")).isEqualTo(id);
        assertThat(again.join().status()).as(again.join().text()).isEqualTo(201);
        assertThat(again.join().field("id")).isEqualTo(id);
        assertThat(api.get("/v1/sessions/" + id).field("state")).isEqualTo("RUNNING");
      } finally {
        admin.resource(quota).delete();
      }
    }
    api.stopAll();
  }

  private static Map<String, ?> startedBy(String file) {
    String script = "trap 'exit 0' TERM; while :; do sleep 1; done";
    return Map.of(
        "profile",
        "with-sidecar",
        "metadata",
        Map.of(
            "side",
            script,
            "restart",
            "Never",
            "probe",
            Map.of("exec", Map.of("command", List.of("test", "-e", file)))),
        "command",
        List.of("sh", "-c", script));
  }

  /** The pods of the sessions that are not ready. */
  private List<String> pending() {
    return api.get("/v1/sessions?state=PENDING").body().path("items").findParents("uid").stream()
        .map(pod -> pod.path("name").asText())
        .toList();
  }

  /** Runs a command in the main container of a pod, past the server. */
  private static boolean runs(String pod, String... command) throws Exception {
    try (ExecWatch exec =
        TestCluster.get()
            .client()
            .pods()
            .inNamespace(TestCluster.NAMESPACE)
            .withName(pod)
            .inContainer("main")
            .writingOutput(OutputStream.nullOutputStream())
            .exec(command)) {
      return exec.exitCode().get(1, TimeUnit.MINUTES) == 0;
    }
  }

  @Test
  void refused_claim_is_reported_and_the_start_undone() {
    // When
    Answer answer =
        api.start(Map.of("profile", "refused-claim", "storage", Map.of("size", "10Mi")));

    // Then
    assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
    assertThat(answer.field("code")).isEqualTo("CONFIG_ERROR");
    assertThat(answer.field("detail")).contains("PersistentVolumeClaim");
  }

  @Test
  void missing_resource_definition_is_reported_and_the_start_undone() {
    // When
    Answer answer = api.start(Map.of("profile", "custom-kind"));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.field("code")).isEqualTo("CONFIG_ERROR");
    assertThat(answer.field("detail")).contains("kind Inn", "example.org/v1", "install");
  }

  @ParameterizedTest
  @CsvSource({"serviceAccountName, no-such-account", "priorityClassName, no-such-class"})
  void missing_object_that_the_pod_refers_to_is_reported(String field, String name) {
    // Given
    Assumptions.assumeTrue(TestCluster.real(), "the local cluster has no such objects");

    // When
    Answer answer = api.start(Map.of("profile", "naming", "metadata", Map.of(field, name)));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.field("code")).isEqualTo("CONFIG_ERROR");
    assertThat(answer.field("detail")).contains(name, "create what is missing");
  }

  @Test
  void limits_outside_a_limit_range_are_reported() {
    try (KubernetesClient admin = TestCluster.real() ? admin() : null) {
      // Given
      Assumptions.assumeTrue(admin != null, "the local cluster has no LimitRanges");
      LimitRange range = admin.resource(smallContainers()).create();
      try {
        // When
        Answer answer = api.start(Map.of());

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.field("code")).isEqualTo("CONFIG_ERROR");
        assertThat(answer.field("detail")).contains("memory", "LimitRange");
      } finally {
        admin.resource(range).delete();
      }
    }
  }

  private static LimitRange smallContainers() {
    return new LimitRangeBuilder()
        .withNewMetadata()
        .withName("small-containers")
        .withNamespace(TestCluster.NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .addNewLimit()
        .withType("Container")
        .addToMax("memory", new Quantity("16Mi"))
        .endLimit()
        .endSpec()
        .build();
  }

  private static KubernetesClient admin() {
    Path kubeconfig = TestCluster.get().kubeconfig().resolveSibling("admin.kubeconfig");
    Assumptions.assumeTrue(Files.exists(kubeconfig), "needs an admin.kubeconfig beside KUBECONFIG");
    return new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  /** A quota that is in force and permits none. */
  private static ResourceQuota noMore(KubernetesClient admin, String resource) {
    ResourceQuota quota =
        admin
            .resource(
                new ResourceQuotaBuilder()
                    .withNewMetadata()
                    .withName("no-more-" + resource)
                    .withNamespace(TestCluster.NAMESPACE)
                    .endMetadata()
                    .withNewSpec()
                    .addToHard(resource, new Quantity("0"))
                    .endSpec()
                    .build())
            .create();
    // The API server applies it when its own watch has reported its status.
    HasMetadata one =
        resource.equals("pods")
            ? new PodBuilder()
                .withNewMetadata()
                .withName("one-more")
                .withNamespace(TestCluster.NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("busybox:1")
                .endContainer()
                .endSpec()
                .build()
            : new ConfigMapBuilder()
                .withNewMetadata()
                .withName("one-more")
                .withNamespace(TestCluster.NAMESPACE)
                .endMetadata()
                .build();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> admin.resource(one).dryRun().create())
                    .hasMessageContaining("exceeded quota"));
    return quota;
  }
}
