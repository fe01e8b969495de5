package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials of every kind are used, and changed ones without a restart. */
class CredentialsTest {

  @TempDir Path folder;
  private GuardedApi api;

  @BeforeEach
  void start() throws Exception {
    api = GuardedApi.start(folder);
    api.accept("monday");
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void rotated_service_account_token_is_used_by_requests_and_watches_that_run() throws Exception {
    // Given
    Path mount = Files.createDirectory(folder.resolve("serviceaccount"));
    Files.writeString(mount.resolve("ca.crt"), api.certificate());
    Files.writeString(mount.resolve("namespace"), "inn");
    Files.writeString(mount.resolve("token"), "monday\n");
    KubernetesClient client =
        new ApiConnection(Optional.empty(), Optional.empty(), mount).connect(inPod());

    // Then
    assertThat(client.getNamespace()).isEqualTo("inn");
    goesOnAfter(client, () -> replace(mount.resolve("token"), "tuesday\n"));
  }

  @Test
  void rewritten_kubeconfig_is_used_by_requests_and_watches_that_run() throws Exception {
    // Given
    Path kubeconfig = kubeconfig("{token: monday}");

    // Then
    goesOnAfter(connect(kubeconfig), () -> kubeconfig("{token: tuesday}"));
  }

  @Test
  void rotated_token_file_of_a_kubeconfig_is_used_by_requests_and_watches_that_run()
      throws Exception {
    // Given
    Path token = Files.writeString(folder.resolve("token"), "monday");
    Path kubeconfig = kubeconfig("{tokenFile: %s}".formatted(token));

    // Then
    goesOnAfter(connect(kubeconfig), () -> replace(token, "tuesday"));
  }

  @Test
  void credential_plugin_is_asked_again_when_its_token_has_expired() throws Exception {
    // Given
    Path token = Files.writeString(folder.resolve("token"), "monday");
    Path plugin = folder.resolve("plugin");
    Files.writeString(
        plugin,
        """
        #!/bin/sh
        echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
               "status": {"token": "'$(cat %s)'"}}'
        """
            .formatted(token));
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
    Path kubeconfig =
        kubeconfig(
            "{exec: {apiVersion: client.authentication.k8s.io/v1, command: %s}}".formatted(plugin));

    // Then
    goesOnAfter(connect(kubeconfig), () -> replace(token, "tuesday"));
  }

  @Test
  void client_certificate_is_presented() throws Exception {
    // Given
    try (GuardedApi strict =
        GuardedApi.withClientCertificates(Files.createDirectory(folder.resolve("strict")))) {
      Path certificate = Files.writeString(folder.resolve("client.crt"), strict.certificate());
      Path key = Files.writeString(folder.resolve("client.key"), strict.key());
      String user = "{client-certificate: %s, client-key: %s}".formatted(certificate, key);

      // When
      try (KubernetesClient client = connect(kubeconfig(strict, strict.certificate(), user))) {
        AccessReport report = new AccessCheck(client).check("inn", Set.of());

        // Then
        assertThat(report.complete()).isTrue();
      }
    }
  }

  @Test
  void client_key_that_cannot_be_read_is_refused_with_what_to_do() throws Exception {
    // Given
    Path certificate = Files.writeString(folder.resolve("client.crt"), api.certificate());
    Path key = Files.writeString(folder.resolve("client.key"), api.key().substring(0, 300));
    Path kubeconfig =
        kubeconfig("{client-certificate: %s, client-key: %s}".formatted(certificate, key));

    // Then
    assertThatThrownBy(() -> connect(kubeconfig))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR))
        .hasMessageContaining("client key")
        .hasMessageContaining("BEGIN EC PRIVATE KEY");
  }

  @Test
  void certificate_of_another_authority_is_refused_with_what_to_do() throws Exception {
    // Given
    Path other = Files.createDirectory(folder.resolve("other"));
    String stranger = GuardedApi.certificate(GuardedApi.makeIdentity(other.resolve("id.p12")));

    // When
    try (KubernetesClient client = connect(kubeconfig(api, stranger, "{token: monday}"))) {
      // Then
      assertThatThrownBy(() -> new AccessCheck(client).check("inn", Set.of()))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE))
          .hasMessageContaining("https://127.0.0.1:" + api.port())
          .hasMessageContaining("certificate")
          .hasMessageContaining("certificate-authority-data");
    }
    assertThat(api.refused()).as("no token was sent to a stranger").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: [b",
        "hello",
        "[]",
        "",
        "{contexts: [{name: a, context: {cluster: c, user: u}}], current-context: a,"
            + " clusters: [{name: c, cluster: {server: 'nonsense url'}}], users: []}"
      })
  void kubeconfig_that_is_none_is_refused_by_its_name(String text) throws Exception {
    // Given
    Path kubeconfig = Files.writeString(folder.resolve("broken"), text);

    // Then
    assertThatThrownBy(() -> connect(kubeconfig))
        .isInstanceOf(FailureException.class)
        .hasMessageStartingWith("CONFIG_ERROR")
        .hasMessageContainingAll("The kubeconfig " + kubeconfig, "cluster.kubeconfig");
  }

  @Test
  void mount_without_its_certificate_is_refused_with_what_to_do() throws Exception {
    // Given
    Path mount = Files.createDirectory(folder.resolve("serviceaccount"));
    Files.writeString(mount.resolve("namespace"), "inn");
    Files.writeString(mount.resolve("token"), "monday");

    // Then
    assertThatThrownBy(
            () -> new ApiConnection(Optional.empty(), Optional.empty(), mount).connect(inPod()))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR))
        .hasMessageContaining(mount.resolve("ca.crt").toString());
  }

  private interface Change {
    void make() throws Exception;
  }

  /** The day changes: the old token is refused everywhere, until the new one is found. */
  private void goesOnAfter(KubernetesClient client, Change change) throws Exception {
    try (client;
        Cluster cluster = new ApiCluster("guarded", client, "inn", 100)) {
      cluster.watch("inn").toCompletableFuture().join();
      await().until(() -> api.watches() == 2);
      read(cluster);

      // When
      api.accept("tuesday");
      await().until(() -> api.refused() > 0);
      assertThatThrownBy(() -> read(cluster))
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("has expired");
      change.make();

      // Then
      await().ignoreExceptions().until(() -> read(cluster).isEmpty());
      await().until(() -> api.watches() == 2);
      api.tell("configmaps", EVENT);
      await().until(() -> cluster.sessions().all().size() == 1);
    }
  }

  private static final String EVENT =
      """
      {"type": "ADDED", "object": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
        "name": "anchor", "namespace": "inn", "uid": "1", "resourceVersion": "2",
        "labels": {"app.kubernetes.io/managed-by": "caravanserai", "caravanserai.dev/role": "anchor"},
        "annotations": {"caravanserai.dev/id": "first", "caravanserai.dev/tenant": "default",
          "caravanserai.dev/created-at": "2026-01-01T00:00:00Z",
          "caravanserai.dev/expires-at": "2036-01-01T00:00:00Z"}}}}
      """;

  private static Optional<ConfigMap> read(Cluster cluster) {
    return cluster
        .objects()
        .get("default", ConfigMap.class, "inn", "none")
        .toCompletableFuture()
        .join();
  }

  private Map<String, String> inPod() {
    return Map.of(
        "KUBERNETES_SERVICE_HOST",
        "127.0.0.1",
        "KUBERNETES_SERVICE_PORT",
        String.valueOf(api.port()));
  }

  private static KubernetesClient connect(Path kubeconfig) {
    return new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  private Path kubeconfig(String user) throws Exception {
    return kubeconfig(api, api.certificate(), user);
  }

  private Path kubeconfig(GuardedApi api, String certificate, String user) throws Exception {
    Path authority = replace(folder.resolve("ca.crt"), certificate);
    return replace(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters:
          - name: it
            cluster: {server: 'https://127.0.0.1:%d', certificate-authority: %s}
        users:
          - name: it
            user: %s
        contexts:
          - name: it
            context: {cluster: it, user: it, namespace: inn}
        current-context: it
        """
            .formatted(api.port(), authority, user));
  }

  /** Nobody reads half of it, as with what Kubernetes mounts and what kubectl writes. */
  private static Path replace(Path file, String text) throws IOException {
    Path whole = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
    return Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
