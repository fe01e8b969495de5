package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PodExecTest extends PodFixture {

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
  void anExecThatIsStoppedAndThenKilledEnds() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    Ran ran = exec("p", "", "sh", "-c", "(sleep 0.3; kill -KILL $$) & kill -STOP $$");

    // Then
    assertThat(ran).isEqualTo(new Ran(137, "", ""));
  }

  @Test
  void anExecWaitsForWhatHoldsItsOutputAndForNothingElse() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    String late = "(while kill -0 $$ 2>/dev/null; do sleep 0.1; done; echo late) & ";
    Ran held = exec("p", "", "sh", "-c", late + "echo early; exit 4");
    Ran free = exec("p", "", "sh", "-c", "sleep 600 >/dev/null 2>&1 & echo early");

    // Then
    assertThat(held).isEqualTo(new Ran(4, "early\nlate\n", ""));
    assertThat(free).isEqualTo(new Ran(0, "early\n", ""));
  }
}
