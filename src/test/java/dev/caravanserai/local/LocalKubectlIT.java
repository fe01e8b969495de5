package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl against the local cluster. */
@Tag("local")
class LocalKubectlIT {
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: p, labels: {app: x}}
      spec:
        containers:
          - {name: main, image: 'busybox:1', command: [sh, -c, 'echo one; echo two >&2; echo three; exec sleep 60']}
      """;

  private record Run(int exit, String out) {}

  @TempDir Path home;
  private LocalCluster cluster;

  @BeforeEach
  void start() throws Exception {
    boolean there =
        List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    Assumptions.assumeTrue(there, "kubectl is missing on PATH");
    cluster = LocalCluster.start(0, home, Set.of("sessions"));
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private Process begin(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.add("--kubeconfig=" + cluster.kubeconfig());
    command.add("--cache-dir=" + home.resolve("cache"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private Run kubectl(String input, String... arguments) throws Exception {
    Process process = begin(arguments);
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out);
  }

  private void ok(String expected, String... arguments) throws Exception {
    Run run = kubectl("", arguments);
    assertThat(run.out()).contains(expected);
    assertThat(run.exit()).isZero();
  }

  private void configMap(String name) throws Exception {
    String map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n".formatted(name);
    assertThat(kubectl(map, "create", "-f", "-").out()).contains("created");
  }

  @Test
  void kubectl_applies_gets_patches_and_deletes() throws Exception {
    // Given
    Path file = Files.writeString(home.resolve("p.yaml"), POD);

    // When, Then
    ok("Server Version: v1.32.0", "version");
    ok("pod/p created", "apply", "-f", file.toString());
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=120s");
    ok("pod/p unchanged", "apply", "-f", file.toString());
    ok("serverside-applied", "apply", "--server-side", "--force-conflicts", "-f", file.toString());
    ok("1/1", "get", "pods", "-l", "app in (x,y)");
    ok("127.0.0.1", "get", "pods", "-o", "wide");
    ok("labeled", "label", "pod", "p", "more=1");
    ok("patched", "patch", "pod", "p", "-p", "{\"metadata\":{\"labels\":{\"more\":\"2\"}}}");
    ok("more=2", "describe", "pod", "p");
    ok("two", "logs", "p", "--tail=2");
    ok("deleted", "delete", "pod", "p", "--grace-period=1");
    ok("No resources found", "get", "pods");
  }

  @Test
  void kubectl_exec_passes_stdin_and_exit_code() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=120s");

    // When
    Run seven = kubectl("", "exec", "p", "--", "sh", "-c", "exit 7");
    Run count = kubectl("12345", "exec", "-i", "p", "--", "wc", "-c");
    Run none = kubectl("", "exec", "p", "--", "/no/such/program");

    // Then
    assertThat(seven.exit()).isEqualTo(7);
    assertThat(count.out().trim()).isEqualTo("5");
    assertThat(none.exit()).isNotZero();
    assertThat(none.out()).contains("/no/such/program");
  }

  @Test
  void slow_exec_client_gets_every_byte_and_slows_the_process_down() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=120s");
    String script = "head -c 50000000 /dev/zero; touch /tmp/written";

    // When
    Process exec = begin("exec", "p", "--", "sh", "-c", script);
    long first = exec.getInputStream().readNBytes(1000).length;

    // Then
    Awaitility.await()
        .during(Duration.ofMillis(700))
        .until(() -> kubectl("", "exec", "p", "--", "test", "-e", "/tmp/written").exit() == 1);
    long rest = exec.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    assertThat(first + rest).isEqualTo(50_000_000);
    assertThat(exec.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(exec.exitValue()).isZero();
  }

  @Test
  void kubectl_cp_works_both_ways() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=120s");
    byte[] bytes = new byte[3_000_000];
    new java.util.Random(1).nextBytes(bytes);
    Path sent = Files.write(home.resolve("sent"), bytes);
    Path back = home.resolve("back");

    // When
    ok("", "cp", sent.toString(), "p:/tmp/file");
    ok("", "cp", "p:/tmp/file", back.toString());

    // Then
    assertThat(back).hasBinaryContent(bytes);
  }

  @Test
  void kubectl_get_watch_shows_changes() throws Exception {
    // Given
    Path out = home.resolve("watched");
    List<String> command =
        List.of(
            "kubectl",
            "--kubeconfig=" + cluster.kubeconfig(),
            "--cache-dir=" + home.resolve("cache"),
            "get",
            "configmaps",
            "-w");
    Process watch =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      // When
      configMap("first");
      Awaitility.await().until(() -> Files.readString(out).contains("first"));
      configMap("second");

      // Then
      Awaitility.await().until(() -> Files.readString(out).contains("second"));
      assertThat(Files.readString(out)).contains("NAME");
    } finally {
      watch.destroy();
    }
  }

  @Test
  void kubectl_run_and_describe_work_with_events_and_a_terminal() throws Exception {
    // Given
    String script = "/usr/bin/script";
    Assumptions.assumeTrue(Files.isExecutable(Path.of(script)), script + " is missing");
    ok("created", "run", "r", "--image=busybox:1", "--command", "--", "sleep", "60");
    ok("condition met", "wait", "--for=condition=Ready", "pod/r", "--timeout=120s");

    // When
    String command =
        "kubectl --kubeconfig=%s exec -it r -- sh -c 'tty; until stty size | grep 91; do sleep 0.1; done; exit 3'"
            .formatted(cluster.kubeconfig());
    Process terminal =
        new ProcessBuilder(script, "-qec", "stty cols 91 rows 17; " + command, "/dev/null").start();
    String out = new String(terminal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    assertThat(terminal.waitFor()).isEqualTo(3);
    assertThat(out).contains("/dev/pts/").contains("17 91");
    Run described = kubectl("", "describe", "pod", "r");
    assertThat(described.out()).contains("Scheduled", "Pulled", "Created", "Started container r");
  }

  @Test
  void kubectl_logs_supports_follow_timestamps_and_previous() throws Exception {
    // Given
    String pod =
        POD.replace(
            "echo one; echo two >&2; echo three; exec sleep 60",
            "echo before; sleep 0.3; echo after; exit 1");
    kubectl(pod, "apply", "-f", "-");

    // When
    Awaitility.await().until(() -> kubectl("", "logs", "p").out().contains("before"));
    Run followed = kubectl("", "logs", "-f", "p");

    // Then
    assertThat(followed.out()).contains("before").contains("after");
    Awaitility.await().until(() -> kubectl("", "logs", "p", "--previous").exit() == 0);
    ok("after", "logs", "p", "--previous", "--tail=1");
    assertThat(kubectl("", "logs", "p", "--previous", "--timestamps", "--since=1h").out())
        .containsPattern("20\\d\\d-\\d\\d-\\d\\dT\\S+Z before");
    assertThat(kubectl("", "logs", "p", "--since-time=2100-01-01T00:00:00Z").out()).isEmpty();
  }
}
