package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ProcessKubeletTest extends PodFixture {
  @Test
  void aPodRunsAndItsExitCodeDecidesItsPhase() {
    // When
    pod("good", "command: [sh, -c, 'exit 0']");
    pod("bad", "command: [sh, -c, 'exit 7']");
    pod(
        "killed",
        "command: [sh, -c, '(sleep 0.1; kill -9 $$) & exec setsid -w sh -c \"kill -9 $$\"']");

    // Then
    awaitPhase("good", "Succeeded");
    awaitPhase("bad", "Failed");
    assertThat(at("bad", "/status/containerStatuses/0/state/terminated/exitCode").asInt())
        .isEqualTo(7);
    assertThat(at("bad", "/status/containerStatuses/0/state/terminated/reason").asText())
        .isEqualTo("Error");
  }

  @Test
  void aMissingProgramIsAStartError() {
    // When
    pod("nope", "command: [nope]");
    pod("none", "image: x");

    // Then
    awaitPhase("nope", "Failed");
    JsonNode state = at("nope", "/status/containerStatuses/0/state/terminated");
    assertThat(state.path("reason").asText()).isEqualTo("StartError");
    assertThat(state.path("exitCode").asInt()).isEqualTo(128);
    assertThat(state.path("message").asText())
        .contains("exec: \"nope\": executable file not found in $PATH");
    awaitPhase("none", "Failed");
    assertThat(at("none", "/status/containerStatuses/0/state/terminated/message").asText())
        .contains("command");
  }

  @Test
  void anExecHasTheContainersFilesEnvironmentAndExactExitCodes() throws Exception {
    // Given
    pod(
        "p",
        """
        command: [sleep, infinity]
        workingDir: /workspace/deep
        env: [{name: A, value: b}, {name: B, value: '$(A)c'}]
        volumeMounts: [{name: w, mountPath: /workspace}]
        """);
    awaitPhase("p", "Running");

    // When / Then
    assertThat(exec("p", "", "sh", "-c", "pwd; echo $B $HOSTNAME; exit 255"))
        .isEqualTo(new Ran(255, "/workspace/deep\nbc p\n", ""));
    assertThat(exec("p", "", "sh", "-c", "echo e >&2; kill -9 $$"))
        .isEqualTo(new Ran(137, "", "e\n"));
    assertThat(exec("p", "12345", "wc", "-c").out().trim()).isEqualTo("5");
    assertThat(exec("p", "", "printf", "%s", "a b;$(id)").out()).isEqualTo("a b;$(id)");
    assertThat(exec("p", "", "sh", "-c", "ls /proc | grep -c '^[0-9]'").out().trim())
        .isIn("3", "4", "5");
    assertThat(exec("p", "", "sh", "-c", "touch /workspace/x && ls /workspace").out())
        .isEqualTo("deep\nx\n");
    assertThat(Path.of("/workspace")).doesNotExist();
    assertThatThrownBy(() -> exec("p", "", "nope"))
        .hasMessageContaining("executable file not found in $PATH");
    assertThatThrownBy(() -> exec("p", "", "/etc/passwd"))
        .hasMessageContaining("permission denied");
  }

  @Test
  void aTerminalIsATerminal() throws Exception {
    // Given
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3");
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    var process =
        kubelet.exec("ns", "p", "c", List.of("sh", "-c", "tty; read x; stty size"), true, true);
    process.resize(100, 40);
    process.stdin().write("go\n".getBytes(StandardCharsets.UTF_8));
    process.stdin().flush();
    String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    assertThat(out).contains("/dev/pts/").contains("40 100");
    assertThat(process.exit().get(5, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void deletionEndsWhatIgnoresTermAndRanAway() {
    // Given
    pod("p", "command: [sh, -c, 'trap \"\" TERM; setsid sleep 1000 & wait; sleep 1000']");
    awaitPhase("p", "Running");
    String uid = at("p", "/metadata/uid").asText();
    await().until(() -> ProcessTree.marked("").size() >= 3);

    // When
    store.update(
        Kind.POD,
        "ns",
        "p",
        o -> {
          o.withObject("/metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
          o.withObject("/metadata").put("deletionGracePeriodSeconds", 1);
          return o;
        });

    // Then
    await().atMost(Duration.ofSeconds(5)).until(() -> store.get(Kind.POD, "ns", "p").isEmpty());
    await().untilAsserted(() -> assertThat(ofPod(uid)).isEmpty());
  }

  @Test
  void secretsAndConfigMapsAreReadAndAwaited() throws Exception {
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

  @Test
  void logsHaveTheLinesOfBothStreams() {
    // Given
    pod("p", "command: [sh, -c, 'echo a; echo b >&2; printf c']");
    awaitPhase("p", "Succeeded");

    // When / Then
    assertThat(logs("p", Optional.empty())).isEqualTo("a\nb\nc");
    assertThat(logs("p", Optional.of(2))).isEqualTo("b\nc");
  }

  @Test
  void aClaimsFilesOutliveItsPodsAndGoWithTheClaim() throws Exception {
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
    assertThat(logs("two", Optional.empty())).isEqualTo("kept\n");
    store.remove(Kind.PVC, "ns", "data");
    await().until(() -> !Files.exists(home.resolve("volumes").resolve(uid)));
  }

  @Test
  void theDeadlineEndsAPod() {
    // When
    pod("p", "command: [sh, -c, 'trap exit TERM; sleep 100 & wait']", "activeDeadlineSeconds: 1");

    // Then
    awaitPhase("p", "Failed");
    assertThat(at("p", "/status/reason").asText()).isEqualTo("DeadlineExceeded");
  }

  @Test
  void aCrashingContainerIsRestartedWithBackOff() {
    // When
    pod("p", "command: ['false']", "restartPolicy: Always");

    // Then
    await().until(() -> at("p", "/status/containerStatuses/0/restartCount").asInt() >= 2);
    assertThat(at("p", "/status/phase").asText()).isEqualTo("Running");
  }

  @Test
  void faultsLookAsTheyDoInKubernetes() {
    // When
    pod("pull", "image: does-not-exist:1");
    pod("far", "image: local/unschedulable");
    pod("oom", "command: [sleep, '9']\nimage: local/oom");

    // Then
    await()
        .until(
            () ->
                at("pull", "/status/containerStatuses/0/state/waiting/reason")
                    .asText()
                    .equals("ImagePullBackOff"));
    assertThat(at("far", "/status/conditions/0/reason").asText()).isEqualTo("Unschedulable");
    awaitPhase("oom", "Failed");
    assertThat(at("oom", "/status/containerStatuses/0/state/terminated/reason").asText())
        .isEqualTo("OOMKilled");
  }

  @Test
  void aStartEndsWhatAKilledServerLeft() throws Exception {
    // Given
    String id = Files.readString(home.resolve("id"));
    ProcessBuilder left = new ProcessBuilder("setsid", "sleep", "1000");
    left.environment().put(ProcessTree.MARKER, id + "/x");
    Process process = left.start();

    // When
    ProcessKubelet next = ProcessKubelet.start(store, home);

    // Then
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    next.close();
  }

  @Test
  void onFailureRestartsUntilItSucceeds() {
    // When
    pod(
        "p",
        """
        command: [sh, -c, 'echo x >> /keep/runs; test $(wc -l < /keep/runs) = 2']
        volumeMounts: [{name: w, mountPath: /keep}]
        """,
        "restartPolicy: OnFailure");

    // Then
    awaitPhase("p", "Succeeded");
    assertThat(at("p", "/status/containerStatuses/0/restartCount").asInt()).isEqualTo(1);
    assertThat(at("p", "/status/containerStatuses/0/lastState/terminated/exitCode").asInt())
        .isEqualTo(1);
  }

  @Test
  void aConfigMapIsReadAsEnvironmentAndAsFiles() throws Exception {
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
        volumeMounts: [{name: m, mountPath: /etc/m}, {name: m, mountPath: /opt/f, subPath: file.txt}]
        """);
    awaitPhase("p", "Running");

    // Then
    assertThat(exec("p", "", "sh", "-c", "echo $ONE $ALL_KEY; ls /etc/m; cat /opt/f").out())
        .isEqualTo("value value\nKEY\nfile.txt\ntext");
    assertThat(exec("p", "", "sh", "-c", "echo x > /etc/m/KEY").code()).isNotZero();
  }

  @Test
  void aCrashAndASlowStartCanBeAskedFor() {
    // Given
    long before = System.nanoTime();

    // When
    pod("crash", "image: local/crashes\ncommand: [sleep, '9']");
    pod("slow", "image: local/slow-start\ncommand: [sleep, '9']");

    // Then
    awaitPhase("crash", "Failed");
    assertThat(at("crash", "/status/containerStatuses/0/state/terminated/exitCode").asInt())
        .isEqualTo(1);
    awaitPhase("slow", "Running");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(2));
  }

  @Test
  void logsAreDatedAndBeginWhenAsked() {
    // Given
    pod("p", "command: [sh, -c, 'echo a; sleep 1.2; echo b']");
    awaitPhase("p", "Succeeded");

    // When
    String dated = logs("p", Optional.empty(), true, Optional.empty());
    java.time.Instant second =
        java.time.Instant.parse(dated.split("\n")[1].split(" ")[0]).minusMillis(500);

    // Then
    assertThat(dated).matches("(?s)20\\S+Z a\n20\\S+Z b\n");
    assertThat(logs("p", Optional.empty(), false, Optional.of(second))).isEqualTo("b\n");
  }

  @Test
  void aLineLongerThanTheBufferIsKeptWhole() {
    // When
    pod("p", "command: [sh, -c, 'head -c 200000 /dev/zero | tr \"\\\\0\" x; echo; echo end']");
    awaitPhase("p", "Succeeded");

    // Then
    assertThat(logs("p", Optional.empty())).isEqualTo("x".repeat(200000) + "\nend\n");
    assertThat(logs("p", Optional.of(1))).isEqualTo("end\n");
  }

  @Test
  void withoutNamespacesAMountAtTheWorkingDirectoryIsHonouredAndAnyOtherRefused() throws Exception {
    // Given
    kubelet.close();
    kubelet = ProcessKubelet.start(store, home, Sandbox.none(home));

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

  @Test
  void anExecThatIsStoppedAndThenKilledEnds() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    Ran ran = exec("p", "", "sh", "-c", "(sleep 0.3; kill -KILL $$) & kill -STOP $$");

    // Then
    assertThat(ran).isEqualTo(new Ran(137, "", ""));
  }
}
