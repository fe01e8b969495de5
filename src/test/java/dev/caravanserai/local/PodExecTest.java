package dev.caravanserai.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

class PodExecTest extends PodFixture {

  @Test
  void exec_has_files_and_environment_of_the_container_and_exact_exit_codes() throws Exception {
    // Given
    pod(
        "p",
        """
        command: [sleep, infinity]
        workingDir: /workspace/deep
        env: [{name: A, value: b}, {name: B, value: '$(A)c'}, {name: H, value: '$(HOME)'}]
        volumeMounts: [{name: w, mountPath: /workspace}]
        """);
    awaitPhase("p", "Running");

    // When / Then
    assertThat(exec("p", "", "sh", "-c", "pwd; echo $B $HOSTNAME $H; hostname; exit 255"))
        .isEqualTo(new Ran(255, "/workspace/deep\nbc p $(HOME)\np\n", ""));
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
  void every_variable_reaches_the_program_and_only_the_program() throws Exception {
    // Given
    pod(
        "p",
        """
        command: [sh, -c, 'tr "\\0" "\\n" </proc/self/environ; exec sleep infinity']
        env:
        - {name: my.var, value: dotted}
        - {name: -a-b, value: "two\\nlines"}
        - {name: LD_PRELOAD, value: /x.so}
        - {name: PATH, value: /opt/none:/bin:/usr/bin}
        - {name: IFS, value: x}
        - {name: box_env, value: '0'}
        - {name: EMPTY, value: ''}
        """);
    awaitPhase("p", "Running");
    await().until(() -> logsSoFar("p").contains("EMPTY="));

    // When
    String log = logsSoFar("p");
    Ran ran = exec("p", "", "/usr/bin/env", "-0");

    // Then
    for (String seen : List.of(log, ran.out().replace('\0', '\n'))) {
      assertThat(seen.lines())
          .contains("my.var=dotted", "-a-b=two", "lines", "LD_PRELOAD=/x.so", "IFS=x")
          .contains("PATH=/opt/none:/bin:/usr/bin", "box_env=0", "EMPTY=")
          .noneMatch(line -> line.startsWith("box_") && !line.equals("box_env=0"));
    }
    assertThat(ran.err().lines()).as("only the program itself").hasSize(1);
    assertThat(exec("p", "", "printenv", "my.var").out()).isEqualTo("dotted\n");
  }

  @Test
  void environment_of_a_mebibyte_in_the_longest_variables_reaches_the_program() throws Exception {
    // Given
    String value = "v".repeat(131_071 - "LARGE_0=".length());
    StringBuilder env = new StringBuilder("command: [sleep, infinity]\nenv:\n");
    for (int i = 0; i < 8; i++) {
      env.append("- {name: LARGE_%d, value: %s}\n".formatted(i, value));
    }
    pod("p", env.toString());
    awaitPhase("p", "Running");

    // When
    Ran ran = exec("p", "", "sh", "-c", "echo ${#LARGE_0} ${#LARGE_7}");

    // Then
    assertThat(ran).isEqualTo(new Ran(0, "131063 131063\n", ""));
  }

  @Test
  void program_with_an_equals_sign_in_its_name_runs() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");
    exec("p", "", "sh", "-c", "printf '#!/bin/sh\\necho ran $1\\n' >/tmp/a=b; chmod +x /tmp/a=b");

    // When, Then
    assertThat(exec("p", "", "/tmp/a=b", "c").out()).isEqualTo("ran c\n");
  }

  @Test
  void exec_that_is_stopped_and_then_killed_ends() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");

    // When
    Ran ran = exec("p", "", "sh", "-c", "(sleep 0.3; kill -KILL $$) & kill -STOP $$");

    // Then
    assertThat(ran).isEqualTo(new Ran(137, "", ""));
  }

  @Test
  void exec_waits_for_processes_that_hold_its_output_and_no_others() throws Exception {
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

  @Test
  void terminal_takes_more_input_than_its_program_reads_at_once() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");
    Path size = Files.writeString(home.resolve("size"), "80 24");
    Process cat = container("p").exec(kubelet.node().sandbox(), List.of("cat"), Optional.of(size));
    byte[] lines = "a line of some length\n".repeat(100_000).getBytes(UTF_8);

    // When
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(
            () -> {
              try (OutputStream in = cat.getOutputStream()) {
                in.write(lines);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    byte[] out = cat.getInputStream().readAllBytes();

    // Then
    written.join();
    assertThat(out.length).isGreaterThan(lines.length);
    assertThat(cat.waitFor()).isZero();
  }

  /** Vert.x throws if the socket is closed between a look at its state and one at its queue. */
  @Test
  void exec_continues_if_its_client_disconnects_at_any_moment() throws Exception {
    // Given
    pod("p", "command: [sleep, infinity]");
    awaitPhase("p", "Running");
    ServerWebSocket closing =
        (ServerWebSocket)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServerWebSocket.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("writeQueueFull")) {
                    throw new IllegalStateException("WebSocket is closed");
                  }
                  return method.getReturnType() == boolean.class ? false : null;
                });
    List<String> argv = List.of("sh", "-c", "head -c 1000000 /dev/zero; touch /tmp/done");
    var options = new ExecSession.Options(argv, false, true, true, false);

    // When
    new ExecSession(kubelet.node(), ForkJoinPool.commonPool(), closing, options)
        .start(container("p"));

    // Then
    await().until(() -> exec("p", "", "test", "-e", "/tmp/done").code() == 0);
  }
}
