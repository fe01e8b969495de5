package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.Patience;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PodLifeTest extends PodFixture {

  @Test
  void exit_code_determines_the_phase() {
    // When
    pod("good", "command: [sh, -c, 'exit 0']");
    pod("bad", "command: [sh, -c, 'exit 7']");
    pod("killed", "command: [sleep, infinity]");
    awaitPhase("killed", "Running");
    ProcessHandle.of(container("killed").pid()).orElseThrow().destroyForcibly();

    // Then
    awaitPhase("good", "Succeeded");
    awaitPhase("bad", "Failed");
    assertThat(at("bad", "/status/containerStatuses/0/state/terminated/exitCode").asInt())
        .isEqualTo(7);
    assertThat(at("bad", "/status/containerStatuses/0/state/terminated/reason").asText())
        .isEqualTo("Error");
    awaitPhase("killed", "Failed");
    assertThat(at("killed", "/status/containerStatuses/0/state/terminated/exitCode").asInt())
        .isEqualTo(137);
  }

  @Test
  void missing_program_is_a_start_error() {
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
  void deletion_kills_processes_that_ignore_term_or_left_their_process_group() {
    // Given
    pod("p", "command: [sh, -c, 'trap \"\" TERM; setsid sleep 1000 & wait; sleep 1000']");
    awaitPhase("p", "Running");
    String uid = at("p", "/metadata/uid").asText();
    await().until(() -> ofPod(uid).size() >= 3);

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
    await().until(() -> store.get(Kind.POD, "ns", "p").isEmpty());
    await().untilAsserted(() -> assertThat(ofPod(uid)).isEmpty());
  }

  @Test
  void pod_fails_at_its_deadline() {
    // When
    pod("p", "command: [sh, -c, 'trap exit TERM; sleep 100 & wait']", "activeDeadlineSeconds: 1");

    // Then
    awaitPhase("p", "Failed");
    assertThat(at("p", "/status/reason").asText()).isEqualTo("DeadlineExceeded");
  }

  @Test
  void pod_past_its_lowered_deadline_fails_once_its_processes_have_ended() throws Exception {
    // Given
    String ends = "while [ ! -e /tmp/go ]; do sleep 0.1; done; exit";
    pod(
        "p",
        "command: [sh, -c, 'trap \"%s\" TERM; echo up; while :; do sleep 0.1; done']"
            .formatted(ends),
        "activeDeadlineSeconds: 36000\n  terminationGracePeriodSeconds: 3600");
    awaitPhase("p", "Running");
    await().until(() -> logsSoFar("p").equals("up\n"));

    // When
    store.update(
        Kind.POD,
        "ns",
        "p",
        pod -> {
          pod.withObject("/spec").put("activeDeadlineSeconds", 1);
          return pod;
        });
    await().until(() -> store.list(Kind.EVENT, Optional.of("ns")).toString().contains("Deadline"));
    CountDownLatch handled = new CountDownLatch(1);
    kubelet.node().life().run(handled::countDown);
    handled.await();

    // Then
    assertThat(at("p", "/status/phase").asText()).isEqualTo("Running");
    assertThat(exec("p", "", "touch", "/tmp/go").code()).isZero();
    awaitPhase("p", "Failed");
    assertThat(at("p", "/status/reason").asText()).isEqualTo("DeadlineExceeded");
  }

  @Test
  void crashing_container_is_restarted_with_back_off() {
    // When
    pod("p", "command: ['false']", "restartPolicy: Always");

    // Then
    await().until(() -> at("p", "/status/containerStatuses/0/restartCount").asInt() >= 2);
    assertThat(at("p", "/status/phase").asText()).isEqualTo("Running");
  }

  @Test
  void injected_faults_look_as_in_kubernetes() {
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
    await().until(() -> at("far", "/status/conditions/0/reason").asText().equals("Unschedulable"));
    awaitPhase("oom", "Failed");
    assertThat(at("oom", "/status/containerStatuses/0/state/terminated/reason").asText())
        .isEqualTo("OOMKilled");
  }

  @Test
  void start_kills_processes_left_by_a_killed_server() throws Exception {
    // Given
    String id = Files.readString(home.resolve("id"));
    ProcessBuilder left = new ProcessBuilder("setsid", "sleep", "1000");
    left.environment().put(ProcessTree.MARKER, id + "/x");
    Process process = left.start();

    // When
    ProcessKubelet next = ProcessKubelet.start(store, home);

    // Then
    assertThat(process.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
    next.close();
  }

  @Test
  void on_failure_container_is_restarted_until_it_succeeds() {
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
  void crash_and_slow_start_can_be_injected() {
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
}
