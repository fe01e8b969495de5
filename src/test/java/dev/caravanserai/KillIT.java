package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.ApiGate.Verdict;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server is killed with kill -9 while one session stands still at each step of its start and of
 * its stop, and started again. Whatever the step, the session is usable or is taken down for
 * certain, and nothing is left.
 */
@ExtendWith(NothingLeftBehind.class)
class KillIT {
  private static final Map<String, String> SETTINGS =
      Map.of(
          Settings.PROFILE_FOLDER.key(),
          "src/test/profiles",
          Settings.SESSION_UNSCHEDULABLE_AFTER.key(),
          "900s");

  /** No node takes its pod, on either cluster. */
  private static final Map<String, Object> NOWHERE =
      Map.of("nodes", Map.of("caravanserai.dev/none", "such"), "fault", "unschedulable");

  /**
   * The profile's {@code startTimeoutSeconds}: more than the slowest machine needs to get there.
   */
  private static final Duration TO_START = Duration.ofSeconds(600);

  private static final List<String> STEPS =
      List.of(
          "plan",
          "anchor",
          "again",
          "claim",
          "secret",
          "pod",
          "ready",
          "undo",
          "stop",
          "stopping",
          "await");
  private static final List<String> TAKEN_DOWN =
      List.of("anchor", "claim", "secret", "await", "undo");
  private static final String RUN = Long.toString(System.nanoTime(), 36);
  private static final Map<String, Set<String>> KILLED = new HashMap<>();

  private static ServerProcess server;
  private static CompletableFuture<Answer> repeated;

  @BeforeAll
  static void a_server_is_killed_with_a_session_at_each_step() throws Exception {
    Path folder = Files.createTempDirectory("caravanserai-kill");
    try (ApiGate gate = new ApiGate()) {
      Map<String, String> through = new HashMap<>(SETTINGS);
      through.put(Settings.CLUSTER_KUBECONFIG.key(), gate.kubeconfig(folder).toString());
      ServerProcess first = ServerProcess.start(through);
      try {
        standStill(first.api(), gate);
      } finally {
        first.kill();
      }
    }
    withoutAnyServer();
    STEPS.forEach(step -> KILLED.put(step, left(step)));
    TAKEN_DOWN.forEach(KillIT::timePasses);
    server = ServerProcess.start(SETTINGS);
    repeated = start(server.api(), "again", Map.of());
  }

  private static void standStill(Api api, ApiGate gate) {
    CompletableFuture.allOf(
            Stream.of("stop", "stopping")
                .map(step -> start(api, step, Map.of()))
                .map(answer -> answer.thenAccept(a -> assertThat(a.status()).isEqualTo(201)))
                .toArray(CompletableFuture[]::new))
        .join();
    gate.stop("POST", "configmaps", id("plan"), Verdict.HELD);
    for (String step : List.of("anchor", "again")) {
      gate.stop("POST", "persistentvolumeclaims", id(step), Verdict.HELD);
      gate.stop("POST", "secrets", id(step), Verdict.HELD);
    }
    gate.stop("POST", "secrets", id("claim"), Verdict.HELD);
    gate.stop("POST", "pods", id("secret"), Verdict.HELD);
    gate.stop("POST", "pods", id("pod"), Verdict.UNANSWERED);
    gate.stop("PATCH", "configmaps", id("ready"), Verdict.HELD);
    gate.stop("DELETE", "configmaps", id("undo"), Verdict.HELD);
    gate.stop("DELETE", "configmaps", id("stop"), Verdict.HELD);
    gate.stop("DELETE", "pods", id("stopping"), Verdict.HELD);
    Stream.of("plan", "anchor", "again", "claim", "secret", "pod", "ready")
        .forEach(step -> start(api, step, Map.of()));
    start(api, "undo", Map.of("image", "does-not-exist.invalid/none:1"));
    start(api, "await", Map.of("metadata", NOWHERE));
    Stream.of("stop", "stopping")
        .forEach(step -> api.later("DELETE", "/v1/sessions/" + id(step), null, Map.of()));
    Set<String> all =
        STEPS.stream()
            .filter(step -> !step.equals("await"))
            .map(KillIT::id)
            .collect(Collectors.toSet());
    await("each stands at its step")
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              assertThat(gate.reached()).containsAll(all);
              assertThat(left("claim")).contains("PersistentVolumeClaim");
              assertThat(left("secret")).contains("PersistentVolumeClaim", "Secret");
              assertThat(left("await")).contains("Pod");
            });
  }

  /** What the deletion of an anchor began goes on without us. */
  private static void withoutAnyServer() {
    await("a stop that was accepted needs no server")
        .untilAsserted(() -> assertThat(left("stopping")).isEmpty());
  }

  /** All the time that it had to start. */
  private static void timePasses(String step) {
    Resource<ConfigMap> anchor = TestCluster.get().anchor(id(step));
    Map<String, String> marks = anchor.get().getMetadata().getAnnotations();
    assertThat(Instant.parse(marks.get(Annotations.START_BY)))
        .isEqualTo(Instant.parse(marks.get(Annotations.CREATED_AT)).plus(TO_START));
    TestCluster.annotate(anchor, Annotations.START_BY, Instant.now().toString());
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void killed_after_the_plan_leaves_nothing() {
    assertThat(KILLED.get("plan")).isEmpty();
    assertThat(left("plan")).isEmpty();
  }

  @Test
  void killed_after_the_anchor_is_deleted_at_the_start_deadline() {
    assertTakenDown("anchor", "ConfigMap");
  }

  @Test
  void killed_after_the_anchor_is_completed_by_a_repeated_request() {
    // When
    Answer answer = repeated.join();

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    assertThat(answer.field("id")).isEqualTo(id("again"));
    assertUsable("again");
  }

  @Test
  void killed_after_the_claim_is_deleted_at_the_start_deadline() {
    assertTakenDown("claim", "ConfigMap", "PersistentVolumeClaim");
  }

  @Test
  void killed_after_the_secret_is_deleted_at_the_start_deadline() {
    assertTakenDown("secret", "ConfigMap", "PersistentVolumeClaim", "Secret");
  }

  @Test
  void killed_after_the_pod_is_usable() {
    assertUsable("pod");
  }

  @Test
  void killed_while_waiting_is_deleted_at_the_start_deadline() {
    assertTakenDown("await", "ConfigMap", "PersistentVolumeClaim", "Secret", "Pod");
  }

  @Test
  void killed_when_ready_but_not_marked_as_started_is_usable() {
    assertUsable("ready");
  }

  @Test
  void killed_when_failed_but_not_undone_is_deleted_at_the_start_deadline() {
    assertTakenDown("undo", "ConfigMap", "PersistentVolumeClaim", "Secret", "Pod");
  }

  @Test
  void killed_before_a_stop_deleted_the_anchor_is_usable() {
    assertUsable("stop");
  }

  @Test
  void killed_after_a_stop_deleted_the_anchor_disappears_without_a_server() {
    assertThat(KILLED.get("stopping")).isEmpty();
    assertThat(left("stopping")).isEmpty();
  }

  private static void assertUsable(String step) {
    // When
    Answer used = server.api().exec(id(step), Map.of("script", "printf %s \"$GREETING\""));
    Answer stopped = server.api().call("DELETE", "/v1/sessions/" + id(step) + "?wait=true", null);

    // Then
    assertThat(used.field("stdout")).as(used.text()).isEqualTo("hello");
    assertThat(stopped.status()).as(stopped.text()).isEqualTo(204);
    assertThat(left(step)).isEmpty();
  }

  private static void assertTakenDown(String step, String... killed) {
    // Given
    assertThat(KILLED.get(step)).containsExactlyInAnyOrder(killed);

    // Then
    await(step + " is taken down")
        .untilAsserted(
            () -> {
              assertThat(left(step)).isEmpty();
              assertThat(server.api().get("/v1/sessions/" + id(step)).status()).isEqualTo(404);
            });
  }

  private static CompletableFuture<Answer> start(Api api, String step, Map<String, ?> more) {
    Map<String, Object> spec = new HashMap<>(more);
    spec.put("id", id(step));
    spec.put("timeoutSeconds", 3600);
    spec.put("profile", "every-step");
    spec.put("storage", Map.of("size", "10Mi"));
    return api.startLater(spec, Map.of("Idempotency-Key", id(step)));
  }

  private static String id(String step) {
    return "kill-" + step + "-" + RUN;
  }

  /** The kinds of what there is of the session. */
  private static Set<String> left(String step) {
    return TestCluster.get().objects().stream()
        .filter(object -> object.contains(id(step)))
        .map(object -> object.substring(0, object.indexOf('/')))
        .collect(Collectors.toSet());
  }
}
