package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Patience;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Execs through the API, with fabric8. */
class ExecSocketTest {
  @TempDir Path home;
  private LocalCluster cluster;
  private KubernetesClient client;

  @BeforeEach
  void start() throws Exception {
    cluster = LocalCluster.start(0, home, Set.of("sessions"));
    Config config = Patience.of(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())));
    client = new KubernetesClientBuilder().withConfig(config).build();
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("busybox:1")
                .withCommand("sleep", "infinity")
                .endContainer()
                .endSpec()
                .build())
        .create();
    client.pods().withName("p").waitUntilReady(Patience.SECONDS, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void exec_with_a_terminal_has_one_and_follows_its_size() throws Exception {
    // Given
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String script = "trap 'stty size' WINCH; tty; while ! read x; do :; done; exit 9";

    // When
    try (ExecWatch exec =
        client
            .pods()
            .withName("p")
            .redirectingInput()
            .writingOutput(out)
            .withTTY()
            .exec("sh", "-c", script)) {
      await().until(() -> text(out).contains("/dev/pts/"));
      exec.resize(100, 40);
      await().until(() -> text(out).contains("40 100"));
      exec.getInput().write("go\n".getBytes(StandardCharsets.UTF_8));
      exec.getInput().flush();

      // Then
      assertThat(exec.exitCode().get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(9);
    }
  }

  @Test
  void exec_of_a_missing_program_fails_with_the_message_of_a_container_runtime() throws Exception {
    // When
    CompletableFuture<String> message = new CompletableFuture<>();
    ExecListener listener =
        new ExecListener() {
          @Override
          public void onExit(int code, Status status) {
            message.complete(status.getMessage());
          }

          @Override
          public void onClose(int code, String reason) {
            message.complete("closed without a status");
          }
        };
    client.pods().withName("p").redirectingError().usingListener(listener).exec("nope");

    // Then
    assertThat(message.get(Patience.SECONDS, TimeUnit.SECONDS))
        .contains("executable file not found in $PATH");
  }

  @Test
  void execs_and_followed_logs_hold_no_thread_each() throws Exception {
    // Given
    List<ExecWatch> execs = new ArrayList<>();
    List<ByteArrayOutputStream> outputs = new ArrayList<>();

    // When
    for (int i = 0; i < 30; i++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      outputs.add(out);
      String script = "echo up; read x; echo $x; exit 3";
      execs.add(
          client
              .pods()
              .withName("p")
              .redirectingInput()
              .writingOutput(out)
              .exec("sh", "-c", script));
      client.pods().withName("p").watchLog();
    }
    outputs.forEach(out -> await().until(() -> text(out).equals("up\n")));

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().startsWith("local-"))
                    .hasSizeLessThan(15));
    for (int i = 0; i < 30; i++) {
      execs.get(i).getInput().write("in\n".getBytes(StandardCharsets.UTF_8));
      execs.get(i).getInput().flush();
      assertThat(execs.get(i).exitCode().get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
      ByteArrayOutputStream out = outputs.get(i);
      await().untilAsserted(() -> assertThat(text(out)).isEqualTo("up\nin\n"));
    }
  }

  private static String text(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8);
  }
}
