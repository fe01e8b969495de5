package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Shutdown after TERM takes limited time and loses no session. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class ShutdownIT {
  /**
   * 10 s for requests, 5 s for cancelled ones and 8 s for execs that are left (docs/settings.md),
   * plus a margin for a busy machine.
   */
  private static final Duration BOUND = Duration.ofSeconds(60);

  @Test
  void terminated_server_completes_what_it_can_and_leaves_sessions_running() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(Map.of(Settings.SESSION_UNSCHEDULABLE_AFTER.key(), "300s"))) {
      // Given
      Api api = server.api();
      String used = api.session();
      String late = "late-" + Long.toString(System.nanoTime(), 36);
      Sleepers sleepers = new Sleepers(used);
      CompletableFuture<Answer> soon =
          api.execLater(used, Map.of("script", "touch soon; sleep 3; echo done"));
      CompletableFuture<Answer> endless =
          api.execLater(used, Map.of("script", "touch endless; " + sleepers.two()));
      CompletableFuture<Answer> starting = api.startLater(neverReady(late), Map.of());
      await()
          .untilAsserted(
              () -> {
                Answer both = api.exec(used, Map.of("command", List.of("ls")));
                assertThat(both.field("stdout")).contains("soon", "endless");
                assertThat(sleepers.count(api)).isEqualTo(2);
                assertThat(server.status("/v1/sessions/" + late)).isEqualTo(200);
              });

      // When
      server.terminate();
      Set<Integer> live = new TreeSet<>();
      Set<Integer> ready = new TreeSet<>();
      await()
          .atMost(BOUND)
          .until(
              () -> {
                live.add(server.status("/observe/health/live"));
                ready.add(server.status("/observe/health/ready"));
                return server.ended(Duration.ofMillis(1));
              });

      // Then
      assertThat(live).as("0 is no response").isSubsetOf(0, 200);
      assertThat(ready).contains(503);
      assertThat(server.log())
          .containsSubsequence("Shutdown begins: requests have 10 s to end", "Shutdown complete");
      assertThat(soon.join().field("stdout"))
          .as("execs that end in time are answered")
          .isEqualTo("done\n");
      await().until(() -> endless.isDone() && starting.isDone());
      assertThat(endless.join().field("outcome")).isEqualTo("cancelled");
      assertThat(answered(starting)).isNotEqualTo(201);
      assertThat(server.log()).doesNotContain(" ERROR ");

      server.startAgain();
      List<String> listed = new ArrayList<>();
      Api again = server.api();
      again
          .get("/v1/sessions")
          .body()
          .path("items")
          .forEach(s -> listed.add(s.path("id").asText()));
      assertThat(listed).contains(used, late);
      assertThat(again.exec(used, Map.of("command", List.of("true"))).field("exitCode"))
          .isEqualTo("0");
      assertThat(sleepers.count(again)).as("other execs are cancelled").isZero();
      assertThat(again.call("DELETE", "/v1/sessions/" + late + "?wait=true", null).status())
          .isEqualTo(204);
    }
  }

  @Test
  void terminated_server_with_the_local_cluster_ends_requests_first_and_pods_last()
      throws Exception {
    try (ServerProcess server = ServerProcess.start(Map.of(Settings.CLUSTER_KIND.key(), "local"))) {
      // Given
      Api api = server.api();
      String session = api.session();
      Sleepers sleepers = new Sleepers(session);
      List<CompletableFuture<Answer>> soon = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        soon.add(api.execLater(session, Map.of("script", "touch soon-$$; sleep 3; echo done")));
      }
      CompletableFuture<Answer> endless = api.execLater(session, Map.of("script", sleepers.two()));
      await()
          .untilAsserted(
              () -> {
                Answer files = api.exec(session, Map.of("command", List.of("ls")));
                assertThat(files.field("stdout").lines()).hasSize(5);
                assertThat(sleepers.onThisMachine()).isEqualTo(2);
              });

      // When
      server.terminate();

      // Then
      assertThat(server.ended(BOUND)).as("ended within %s", BOUND).isTrue();
      for (CompletableFuture<Answer> exec : soon) {
        assertThat(exec.join().text())
            .contains("\"outcome\":\"exited\"", "\"exitCode\":0", "\"stdout\":\"done\\n\"");
      }
      assertThat(endless.join().field("outcome")).isEqualTo("cancelled");
      assertThat(sleepers.onThisMachine()).isZero();
    }
  }

  /** The status; 0 if the connection was closed. */
  private static int answered(CompletableFuture<Answer> call) {
    return call.handle((answer, closed) -> closed == null ? answer.status() : 0).join();
  }

  private static Map<String, ?> neverReady(String id) {
    return TestCluster.real()
        ? Map.of("id", id, "resources", Map.of("requests", Map.of("cpu", "1000")))
        : Map.of("id", id, "image", "local/unschedulable");
  }
}
