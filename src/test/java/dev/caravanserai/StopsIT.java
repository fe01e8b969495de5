package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Events and metrics of a session whose start fails without a waiting caller. */
@ExtendWith(NothingLeftBehind.class)
class StopsIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(
          Map.of(
              "caravanserai.session.failure-retention",
              "2s",
              "caravanserai.session.stop-timeout",
              "15s")); // the node of a real cluster takes up to 10 s for a pod

  private final Api api = SERVER.api();

  @Test
  void failed_start_without_a_waiting_caller_is_reported_once() {
    // Given
    try (CapturedLog told = new CapturedLog("dev.caravanserai.sessions")) {

      // When
      String id = fail();

      // Then
      await()
          .untilAsserted(
              () ->
                  assertThat(told.lines())
                      .filteredOn(line -> line.contains(id))
                      .extracting(line -> line.replaceAll(".* -> ([A-Z]+).*", "$1"))
                      .filteredOn(state -> !state.equals("STOPPING")) // while its pod still ends
                      .containsExactly("PENDING", "FAILED", "STOPPED"));
    }
  }

  @Test
  void failed_start_without_a_waiting_caller_is_counted_once() {
    // Given
    double before = stops("failedStart");
    double expired = stops("expired");
    double asked = stops("asked");

    // When
    fail();

    // Then
    await().until(() -> stops("failedStart") > before);
    assertThat(stops("failedStart")).isEqualTo(before + 1);
    assertThat(stops("expired")).isEqualTo(expired);
    assertThat(stops("asked")).isEqualTo(asked);
  }

  @RepeatedTest(5)
  void stop_with_wait_leaves_nothing_of_a_session_that_is_starting() {
    // Given
    String id = "early-" + Long.toString(System.nanoTime(), 36);
    CompletableFuture<Answer> starting = api.startLater(Map.of("id", id), Map.of());

    // When
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> api.call("DELETE", "/v1/sessions/" + id + "?wait=true", null).status() == 204);

    // Then
    Answer next = api.start(Map.of("id", id));
    assertThat(next.status()).as(next.text()).isEqualTo(201);
    assertThat(starting.join().status()).isEqualTo(409);
    api.call("DELETE", "/v1/sessions/" + id, null);
  }

  @Test
  void session_that_fails_after_it_was_ready_ends_after_the_failure_retention() {
    // Given
    String script = "until [ -e fail ]; do sleep 0.1; done; exit 3";
    String id = api.start(Map.of("command", List.of("sh", "-c", script))).field("id");
    String path = "/v1/sessions/" + id;
    double expired = stops("expired");

    // When
    api.execLater(id, Map.of("script", "touch fail"));

    // Then
    await().until(() -> api.get(path).field("state").equals("FAILED"));
    await().until(() -> api.get(path).status() == 404);
    assertThat(stops("expired")).isEqualTo(expired + 1);
  }

  @Test
  void waiting_stop_names_the_remaining_object_and_its_finalizer() {
    // Given
    Answer started = api.start(Map.of("storage", Map.of("size", "10Mi")));
    String path = "/v1/sessions/" + started.field("id");
    var claim =
        TestCluster.get()
            .client()
            .persistentVolumeClaims()
            .inNamespace(TestCluster.NAMESPACE)
            .withName(started.body().at("/storage/claim").asText());
    claim.edit(
        c ->
            new PersistentVolumeClaimBuilder(c)
                .editMetadata()
                .addToFinalizers("example.com/hold")
                .endMetadata()
                .build());
    try {
      // When
      Answer stopped = api.call("DELETE", path + "?wait=true", null);

      // Then
      assertThat(stopped.status()).as(stopped.text()).isEqualTo(409);
      assertThat(stopped.field("detail"))
          .contains("PersistentVolumeClaim", claim.get().getMetadata().getName())
          .contains("example.com/hold", "caravanserai.session.stop-timeout")
          .doesNotContain("node");
    } finally {
      claim.edit(
          c ->
              new PersistentVolumeClaimBuilder(c)
                  .editMetadata()
                  .removeFromFinalizers("example.com/hold")
                  .endMetadata()
                  .build());
      await().until(() -> claim.get() == null);
    }
  }

  @Test
  void waiting_stop_names_the_finalizer_of_the_anchor() {
    // Given
    String id = api.session();
    var anchor = TestCluster.get().anchor(id);
    String name = anchor.get().getMetadata().getName();
    anchor.edit(
        a ->
            new ConfigMapBuilder(a)
                .editMetadata()
                .addToFinalizers("example.com/hold")
                .endMetadata()
                .build());
    try {
      // When
      Answer stopped = api.call("DELETE", "/v1/sessions/" + id + "?wait=true", null);

      // Then
      assertThat(stopped.status()).as(stopped.text()).isEqualTo(409);
      assertThat(stopped.field("detail")).contains("ConfigMap", name, "example.com/hold");
      assertThat(api.get("/v1/sessions/" + id).field("state")).isEqualTo("STOPPING");
    } finally {
      anchor.edit(
          a ->
              new ConfigMapBuilder(a)
                  .editMetadata()
                  .removeFromFinalizers("example.com/hold")
                  .endMetadata()
                  .build());
      await().until(() -> anchor.get() == null);
    }
  }

  /** A session that fails to start, until the reaper has taken what told so. */
  private String fail() {
    Answer begun =
        api.startLater(
                Map.of("image", "does-not-exist.invalid/none:1"), Map.of("Prefer", "respond-async"))
            .join();
    String id = begun.field("id");
    await().until(() -> api.get("/v1/sessions/" + id).status() == 404);
    return id;
  }

  private double stops(String reason) {
    return Metrics.of(api).value("caravanserai_session_stops_total", "reason=\"" + reason + "\"");
  }
}
