package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodFilesTest extends PodFixture {

  @Test
  void container_waits_for_a_missing_secret_or_config_map() throws Exception {
    // Given
    pod(
        "p",
        """
        command: [sleep, infinity]
        env: [{name: T, valueFrom: {secretKeyRef: {name: s, key: t}}}]
        volumeMounts: [{name: s, mountPath: /etc/deep/s}, {name: e, mountPath: /var/new/e}]
        """);
    await()
        .until(
            () ->
                at("p", "/status/containerStatuses/0/state/waiting/reason")
                    .asText()
                    .equals("CreateContainerConfigError"));

    // When
    ObjectNode secret = JSON.createObjectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("name", "s").put("namespace", "ns");
    secret.putObject("data").put("t", "aGk=");
    store.create(Kind.SECRET, secret);

    // Then
    awaitPhase("p", "Running");
    assertThat(exec("p", "", "sh", "-c", "echo $T; cat /etc/deep/s/t; touch /etc/deep/s/x").out())
        .isEqualTo("hi\nhi");
    assertThat(Path.of("/etc/deep")).doesNotExist();
  }

  /** The API rejects such keys; the store of this test does not. */
  @Test
  void key_of_a_config_map_that_is_a_path_writes_no_file() throws Exception {
    // Given
    Path outside = home.resolve("outside");
    ObjectNode map = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata").put("name", "m").put("namespace", "ns");
    map.putObject("binaryData").put(outside.toString(), "Yw==");
    store.create(Kind.CONFIG_MAP, map);

    // When
    pod("p", "command: [sleep, '100']\nvolumeMounts: [{name: m, mountPath: /m}]");

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(at("p", "/status/containerStatuses/0/state/waiting/message").asText())
                    .endsWith("is not the name of a file"));
    assertThat(outside).doesNotExist();
  }

  @Test
  void container_that_cannot_be_created_says_why_and_is_tried_again() throws Exception {
    // Given
    ObjectNode secret = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("name", "s").put("namespace", "ns");
    secret.putObject("data").put("t", "YQBi"); // a NUL, which no variable can have
    store.create(Kind.SECRET, secret);
    String env = "env: [{name: T, valueFrom: {secretKeyRef: {name: s, key: t}}}]";
    pod("p", "command: [sleep, infinity]\n" + env);
    await()
        .until(
            () ->
                at("p", "/status/containerStatuses/0/state/waiting/reason")
                    .asText()
                    .equals("CreateContainerError"));

    // When
    store.update(
        Kind.SECRET,
        "ns",
        "s",
        stored -> {
          stored.withObject("/data").put("t", "YWI=");
          return stored;
        });

    // Then
    awaitPhase("p", "Running");
    assertThat(exec("p", "", "printenv", "T").out()).isEqualTo("ab\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/usr", "/proc", "/proc/x"})
  void volume_in_place_of_the_programs_of_the_machine_is_a_start_error(String path) {
    // When
    pod("p", "command: [sleep, '100']\nvolumeMounts: [{name: w, mountPath: %s}]".formatted(path));

    // Then
    awaitPhase("p", "Failed");
    assertThat(at("p", "/status/containerStatuses/0/state/terminated/message").asText())
        .endsWith(
            "cannot mount at %s: containers of the local cluster need the files of this machine there"
                .formatted(path));
  }

  @Test
  void files_of_a_claim_outlive_pods_and_are_deleted_with_the_claim() throws Exception {
    // Given
    ObjectNode claim = JSON.createObjectNode();
    claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
    claim.putObject("metadata").put("name", "data").put("namespace", "ns");
    String uid = store.create(Kind.PVC, claim).at("/metadata/uid").asText();
    String mount = "volumeMounts: [{name: p, mountPath: /data}]";

    // When
    pod(
        "one",
        "command: [sh, -c, 'echo kept > /data/f; mkdir /data/d; chmod 555 /data/d']\n" + mount);
    awaitPhase("one", "Succeeded");
    store.remove(Kind.POD, "ns", "one");
    pod("two", "command: [cat, /data/f]\n" + mount);

    // Then
    awaitPhase("two", "Succeeded");
    assertThat(logs("two", Long.MAX_VALUE)).isEqualTo("kept\n");
    store.remove(Kind.PVC, "ns", "data");
    await().until(() -> !Files.exists(home.resolve("volumes").resolve(uid)));
  }

  @Test
  void files_of_a_deleted_claim_stay_until_its_pod_has_ended() throws Exception {
    // Given
    ObjectNode claim = JSON.createObjectNode();
    claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
    claim.putObject("metadata").put("name", "data").put("namespace", "ns");
    String uid = store.create(Kind.PVC, claim).at("/metadata/uid").asText();
    Path files = home.resolve("volumes").resolve(uid);
    pod(
        "p",
        """
        command: [sh, -c, 'echo kept > /data/f; exec sleep infinity']
        volumeMounts: [{name: p, mountPath: /data}]
        """);
    awaitPhase("p", "Running");
    await().until(() -> Files.exists(files.resolve("f")));

    // When
    store.remove(Kind.PVC, "ns", "data");
    CountDownLatch handled = new CountDownLatch(1);
    kubelet.node().life().run(handled::countDown);
    handled.await();

    // Then
    assertThat(exec("p", "", "cat", "/data/f").out()).isEqualTo("kept\n");
    store.remove(Kind.POD, "ns", "p");
    await().until(() -> !Files.exists(files));
  }

  @Test
  void config_map_is_available_as_environment_and_as_files() throws Exception {
    // Given
    ObjectNode map = JSON.createObjectNode();
    map.put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata").put("name", "m").put("namespace", "ns");
    map.putObject("data").put("KEY", "value").put("file.txt", "text");

    // When
    store.create(Kind.CONFIG_MAP, map);
    pod(
        "p",
        """
        command: [sleep, infinity]
        env: [{name: ONE, valueFrom: {configMapKeyRef: {name: m, key: KEY}}}]
        envFrom: [{configMapRef: {name: m}, prefix: ALL_}]
        volumeMounts: [{name: m, mountPath: /etc/m}, {name: m, mountPath: /opt/f}]
        """);
    awaitPhase("p", "Running");

    // Then
    assertThat(
            exec("p", "", "sh", "-c", "echo $ONE $ALL_KEY; ls /etc/m; cat /opt/f/file.txt").out())
        .isEqualTo("value value\nKEY\nfile.txt\ntext");
    assertThat(exec("p", "", "sh", "-c", "echo x > /etc/m/KEY").code()).isNotZero();
  }

  @Test
  void without_namespaces_only_a_mount_at_the_working_directory_is_supported() throws Exception {
    // Given
    kubelet.close();
    kubelet = ProcessKubelet.start(store, home, Sandbox.none());

    // When
    pod(
        "near",
        """
        command: [sh, -c, 'echo here > f; exec sleep 100']
        workingDir: /workspace
        volumeMounts: [{name: w, mountPath: /workspace}]
        """);
    pod("far", "command: [sleep, '100']\nvolumeMounts: [{name: w, mountPath: /data}]");

    // Then
    awaitPhase("near", "Running");
    await().until(() -> exec("near", "", "cat", "f").out().equals("here\n"));
    assertThat(store.list(Kind.EVENT, Optional.of("ns")).toString()).contains("MountDiffers");
    await()
        .untilAsserted(
            () ->
                assertThat(at("far", "/status/containerStatuses/0/state/waiting/message").asText())
                    .contains("cannot mount at /data"));
  }
}
