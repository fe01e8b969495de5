package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl against the local cluster. */
class LocalKubectlIT {
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: p, labels: {app: x}}
      spec:
        containers:
          - {name: main, image: 'busybox:1', command: [sleep, '60']}
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
    cluster = LocalCluster.start(0, home, Set.of("sessions"), HostRuntime::new);
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
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
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
  void anObjectIsAppliedShownChangedAndDeleted() throws Exception {
    // Given
    Path file = Files.writeString(home.resolve("p.yaml"), POD);

    // When, Then
    ok("Server Version: v1.32.0", "version");
    ok("pod/p created", "apply", "-f", file.toString());
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=10s");
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
  void anExecCarriesStdinAndItsExitCode() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=10s");

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
  void aSlowReaderGetsEveryByteAndHoldsTheProcessBack() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=10s");
    Path mark = home.resolve("written");
    String script = "head -c 50000000 /dev/zero; touch " + mark;

    // When
    Process exec = begin("exec", "p", "--", "sh", "-c", script);
    long first = exec.getInputStream().readNBytes(1000).length;

    // Then
    Awaitility.await().during(java.time.Duration.ofMillis(700)).until(() -> !Files.exists(mark));
    long rest = exec.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    assertThat(first + rest).isEqualTo(50_000_000);
    assertThat(exec.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(exec.exitValue()).isZero();
  }

  @Test
  void filesAreCopiedBothWays() throws Exception {
    // Given
    kubectl(POD, "apply", "-f", "-");
    ok("condition met", "wait", "--for=condition=Ready", "pod/p", "--timeout=10s");
    byte[] bytes = new byte[3_000_000];
    new java.util.Random(1).nextBytes(bytes);
    Path sent = Files.write(home.resolve("sent"), bytes);
    Path inPod = Files.createDirectory(home.resolve("pod")).resolve("file");
    Path back = home.resolve("back");

    // When
    ok("", "cp", sent.toString(), "p:" + inPod);
    ok("", "cp", "p:" + inPod, back.toString());

    // Then
    assertThat(back).hasBinaryContent(bytes);
  }

  @Test
  void aWatchShowsWhatComes() throws Exception {
    // Given
    Path out = home.resolve("watched");
    List<String> command =
        List.of("kubectl", "--kubeconfig=" + cluster.kubeconfig(), "get", "configmaps", "-w");
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
}
