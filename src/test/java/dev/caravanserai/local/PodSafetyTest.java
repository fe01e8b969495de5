package dev.caravanserai.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.Patience;
import dev.caravanserai.VisibleFolder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PodSafetyTest extends PodFixture {

  @Test
  void pod_can_neither_read_nor_write_the_files_of_the_user() throws Exception {
    // Given
    Path folder = Files.createDirectories(Path.of("target").toAbsolutePath());
    Path kept = Files.writeString(Files.createTempFile(folder, "kept", ""), "kept");
    Path user = Path.of(System.getProperty("user.home"));
    Path own = Files.writeString(Files.createTempFile(user, ".caravanserai-test", ""), "k");
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    String script =
        "echo lost > %s; rm -f %s; echo lost > /etc/lost; touch /dev/shm/lost /run/lost /root/lost /home/lost; cat %s; ls %s"
            .formatted(kept, kept, own, home);
    String seen = exec("p", "", "sh", "-c", script).out();

    // Then
    assertThat(kept).hasContent("kept");
    assertThat(own).hasContent("k");
    assertThat(seen).isEmpty();
    for (String made : new String[] {"/etc/lost", "/dev/shm/lost", "/run/lost", "/home/lost"}) {
      assertThat(Path.of(made)).doesNotExist();
    }
    assertThat(exec("p", "", "sh", "-c", "touch ~/mine && ls ~").out()).isEqualTo("mine\n");
    Files.delete(kept);
    Files.delete(own);
  }

  @Test
  void pod_of_root_can_change_neither_the_devices_nor_the_kernel_nor_the_mounts() throws Exception {
    // Given
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    String name = "caravanserai-" + UUID.randomUUID();
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    String script =
        """
        echo of-the-pod > /dev/NAME && cat /dev/NAME
        for d in null zero full random urandom tty ptmx pts shm fd stdin; do ls -d /dev/$d; done
        echo gone > /dev/null
        mkdir /sys/fs/cgroup/NAME || echo no cgroup
        mknod /dev/NAME-device c 1 11 || echo no device
        mount -o remount,rw,bind /usr || echo no mount
        umount -l /dev/shm || echo no unmount
        echo NAME > /dev/kmsg && cat /dev/kmsg
        script -qec 'echo in a terminal' /dev/null </dev/null
        """
            .replace("NAME", name);
    Ran seen = exec("p", "", "sh", "-c", script);

    // Then
    assertThat(seen.out().lines())
        .containsExactly(
            "of-the-pod",
            "/dev/null",
            "/dev/zero",
            "/dev/full",
            "/dev/random",
            "/dev/urandom",
            "/dev/tty",
            "/dev/ptmx",
            "/dev/pts",
            "/dev/shm",
            "/dev/fd",
            "/dev/stdin",
            "no cgroup",
            "no device",
            "no mount",
            "no unmount",
            name,
            "in a terminal");
    assertThat(Path.of("/dev", name)).doesNotExist();
    assertThat(Path.of("/sys/fs/cgroup", name)).doesNotExist();
  }

  @Test
  void pod_cannot_read_the_secrets_of_the_server_wherever_they_are() throws Exception {
    try (VisibleFolder visible = VisibleFolder.create()) {
      // Given
      Path folder = visible.path();
      Path server = Files.createDirectories(folder.resolve("home"));
      Path key = Files.writeString(server.resolve("api-key"), "KEY");
      Path real = Files.createDirectories(folder.resolve("data"));
      Path keys = Files.writeString(real.resolve("keys.yaml"), "KEYS");
      Path link = Files.createDirectories(folder.resolve("etc")).resolve("keys.yaml");
      Files.createSymbolicLink(link, keys);
      kubelet.close();
      kubelet = ProcessKubelet.start(store, home, Sandbox.ofThisMachine(Set.of(server, link)));
      pod(
          "p",
          """
        command: [sleep, infinity]
        volumeMounts: [{name: w, mountPath: %s/volume}]
        """
              .formatted(folder));
      awaitPhase("p", "Running");

      // When
      Files.move(Files.writeString(real.resolve("new"), "NEW"), keys, REPLACE_EXISTING);
      String seen =
          exec("p", "", "sh", "-c", "cat %s %s %s; echo end".formatted(key, keys, link)).out();
      String beside = exec("p", "", "ls", folder.toString()).out();

      // Then
      assertThat(seen).isEqualTo("end\n");
      assertThat(beside).isEqualTo("data\netc\nhome\nvolume\n");
      assertThat(key).hasContent("KEY");
    }
  }

  @Test
  void two_servers_cannot_share_a_home() throws Exception {
    // Given
    Path shared = home.resolve("shared");
    try (LocalCluster first = LocalCluster.start(0, shared, Set.of("a"))) {

      // When / Then
      assertThatThrownBy(() -> LocalCluster.start(0, shared, Set.of("a")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another running server");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shared)))
          .isEqualTo("rwx------");
      assertThat(first.url()).startsWith("https://127.0.0.1:");
    }
  }

  @Test
  void second_start_in_one_jvm_does_not_release_the_lock_of_the_first() throws Exception {
    // Given
    Path shared = home.resolve("shared");
    try (LocalCluster first = LocalCluster.start(0, shared, Set.of("a"))) {
      assertThatThrownBy(() -> LocalCluster.start(0, shared, Set.of("a")))
          .hasMessageContaining("another running server");

      // When, Then
      assertThatThrownBy(() -> LocalServerProcess.start(shared))
          .hasMessage("the server ended before its pod ran");
      assertThat(first.kubeconfig()).exists();
    }
  }

  @Test
  void locale_of_the_server_changes_no_character_of_a_pod() throws Exception {
    // Given
    Path own = home.resolve("posix");
    Process server = LocalServerProcess.start(own, "unset LC_ALL LC_CTYPE; LANG=C; export LANG");
    String[] command = {"sh", "-c", "printenv NAME; printf %s \"$1\"", "x", "ö\\0101\n→"};
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    // When
    Config config = Patience.of(Config.fromKubeconfig(Files.readString(own.resolve("kubeconfig"))));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        ExecWatch exec = client.pods().withName("p").writingOutput(out).exec(command)) {

      // Then
      assertThat(exec.exitCode().get(Patience.SECONDS, TimeUnit.SECONDS)).isZero();
      assertThat(out.toString(UTF_8)).isEqualTo("Grüße '\\t' \n$x\nö\\0101\n→");
      await().until(() -> client.pods().withName("p").getLog().equals("ä → 😀\n"));
    } finally {
      server.destroy();
    }
  }

  /** The parent is killed before setpriv binds the first process of the container to it. */
  @Test
  void container_that_is_killed_while_it_starts_leaves_no_process() throws Exception {
    // Given
    String id = Files.readString(home.resolve("id")) + "/killed";
    Path layer = Files.createDirectories(home.resolve("pods/killed"));
    Path gate = layer.resolve("gate");
    new ProcessBuilder("mkfifo", gate.toString()).start().waitFor();
    ProcessBuilder container =
        kubelet
            .node()
            .sandbox()
            .container(
                layer,
                "h",
                "/",
                List.of(),
                List.of("/bin/sleep", "1000"),
                Map.of(ProcessTree.MARKER, id));
    List<String> late = List.of("/bin/sh", "-c", "read -r x <\"$0\"; exec \"$@\"", gate.toString());
    container.command().addAll(container.command().indexOf("/usr/bin/setpriv"), late);
    Process parent = container.start();
    await().until(() -> parent.children().count() == 1);
    ProcessHandle first = parent.children().findAny().orElseThrow();

    // When
    parent.destroyForcibly().waitFor();
    Files.writeString(gate, "go\n");

    // Then
    await().until(() -> !first.isAlive());
  }

  @Test
  void slow_log_client_does_not_block_the_container() throws Exception {
    // Given
    pod(
        "p",
        "command: [sh, -c, 'sleep 0.2; head -c 3000000 /dev/zero | tr \"\\\\0\" x; echo; touch /tmp/done; sleep 100']");
    awaitPhase("p", "Running");

    // When
    var wanted = new LogReader.Options(true, false, Long.MAX_VALUE, Instant.EPOCH, Long.MAX_VALUE);
    ReceivedLog nothing = new ReceivedLog(true);
    LogReader reading = new LogReader(container("p").logOf(false), wanted, nothing);
    kubelet.node().streams().watch(reading::poll);

    // Then
    await().until(() -> exec("p", "", "test", "-e", "/tmp/done").code() == 0);
    assertThat(nothing.whole()).isNotDone();
    reading.close();
  }

  @Test
  void next_start_kills_all_processes_of_a_killed_server() throws Exception {
    // Given
    Path own = home.resolve("killed");
    Process server = LocalServerProcess.start(own);
    String id = Files.readString(own.resolve("id"));
    await().until(() -> ProcessTree.marked(id).size() >= 3);

    // When
    server.destroyForcibly().waitFor();
    assertThat(ProcessTree.marked(id)).isNotEmpty();
    try (LocalCluster next = LocalCluster.start(0, own, Set.of("ns"))) {

      // Then
      await().untilAsserted(() -> assertThat(ProcessTree.marked(id)).isEmpty());
      assertThat(own.resolve("pods")).doesNotExist();
      assertThat(next.store().list(Kind.POD, Optional.empty())).isEmpty();
    }
  }

  @Test
  void signal_that_the_server_ignores_is_not_ignored_in_its_pods() throws Exception {
    // Given
    Path own = home.resolve("background");
    Process server = LocalServerProcess.start(own, "trap '' INT QUIT HUP");
    String[] suicide = {"sh", "-c", "kill -INT $$; echo ignored"};

    // When
    Config config = Patience.of(Config.fromKubeconfig(Files.readString(own.resolve("kubeconfig"))));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        ExecWatch exec = client.pods().withName("p").redirectingOutput().exec(suicide)) {

      // Then
      assertThat(exec.exitCode().get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(130);
    } finally {
      server.destroy();
    }
  }

  @Test
  void close_ends_all_processes_of_pods() throws Exception {
    // Given
    Path own = home.resolve("ended");
    Process server = LocalServerProcess.start(own);
    String id = Files.readString(own.resolve("id"));

    // When
    server.destroy();

    // Then
    assertThat(server.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
    await().until(() -> ProcessTree.marked(id).isEmpty());
    assertThat(own.resolve("pods")).doesNotExist();
  }
}
