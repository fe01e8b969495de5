package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default command of the profiles, run as PID 1 of a PID namespace. */
class KeepAliveTest {

  @ParameterizedTest
  @ValueSource(strings = {"/bin/dash", "/bin/bash", "/bin/busybox"})
  void keep_alive_process_ends_on_term_and_reaps_orphans(String shell) throws Exception {
    // Given
    assumeThat(Path.of(shell)).as(shell).exists();
    assumeThat(unshareWorks()).as("unshare --pid").isTrue();
    String script =
        Requests.of("default").plan().pod().getSpec().getContainers().get(0).getCommand().get(2);
    String orphan = "(sleep 0.2 & sleep 0.2 &) ; ";
    List<String> command = new ArrayList<>(List.of("unshare", "--pid", "--fork", shell));
    if (shell.endsWith("busybox")) {
      command.add("sh");
    }
    command.addAll(List.of("-c", orphan + script));
    Process unshare = new ProcessBuilder(command).start();
    try {
      ProcessHandle init =
          await().until(() -> unshare.children().findFirst().orElse(null), h -> h != null);
      await().until(() -> names(init).contains("sleep 3600"));

      // When
      await().during(Duration.ofMillis(500)).until(() -> names(init).size() == 1);
      assertThat(names(init)).containsExactly("sleep 3600");
      init.destroy();

      // Then
      assertThat(unshare.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(unshare.exitValue()).isZero();
    } finally {
      unshare.descendants().forEach(ProcessHandle::destroyForcibly);
      unshare.destroyForcibly();
    }
  }

  /** Children of a process by command line; a zombie has an empty one. */
  private static List<String> names(ProcessHandle parent) {
    List<String> names = new ArrayList<>();
    try (Stream<ProcessHandle> children = parent.children()) {
      for (ProcessHandle child : children.toList()) {
        try {
          String line = Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
          names.add(line.replace('\0', ' ').trim());
        } catch (IOException e) {
          continue; // it has ended and was reaped
        }
      }
    }
    return names;
  }

  private static boolean unshareWorks() {
    try {
      return new ProcessBuilder("unshare", "--pid", "--fork", "true").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }
}
