package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a session, from the HTTP request to its deletion. */
@ExtendWith(NothingLeftBehind.class)
class SessionIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final Api api = SERVER.api();

  @Test
  void metadata_is_returned_with_nulls_order_and_exact_numbers() {
    // Given
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("z", new BigDecimal("1E+2"));
    request.put("a", null);
    request.put("n", List.of(new BigDecimal("0.10"), Collections.singletonMap("none", null)));
    String metadata = "{\"z\":1E+2,\"a\":null,\"n\":[0.10,{\"none\":null}]}";

    // When
    Answer started = api.start(Map.of("metadata", request));
    Answer read = api.get("/v1/sessions/" + started.field("id"));

    // Then
    assertThat(started.text()).contains("\"metadata\":" + metadata);
    assertThat(read.text()).contains("\"metadata\":" + metadata);
    api.stopAll();
  }

  @Test
  void session_is_started_used_read_and_stopped() {
    // Given
    Answer started =
        api.start(
            Map.of(
                "command",
                List.of("sh", "-c", "echo born; while :; do sleep 1; done"),
                "env",
                Map.of("GREETING", "hello"),
                "labels",
                Map.of("team", "red"),
                "metadata",
                Map.of("ticket", 7)));
    String path = "/v1/sessions/" + started.field("id");

    // When
    Answer result = api.exec(started.field("id"), Map.of("script", "printf %s \"$GREETING\""));
    Answer stopped = api.call("DELETE", path + "?wait=true", null);

    // Then
    assertThat(started.status()).isEqualTo(201);
    assertThat(started.field("state")).isEqualTo("RUNNING");
    assertThat(started.raw().headers().firstValue("Location").orElse("")).endsWith(path);
    assertThat(result.field("stdout")).isEqualTo("hello");
    assertThat(stopped.status()).isEqualTo(204);
    assertThat(api.get(path).status()).isEqualTo(404);
  }

  @Test
  void expired_session_is_stopped_at_most_a_second_late() {
    // Given
    Answer started = api.start(Map.of("timeoutSeconds", 15));
    assertThat(started.status()).as(started.text()).isEqualTo(201);

    // When
    LastSeen seen = LastSeen.running(api, started.field("id"));

    // Then
    seen.assertEndedAt(Instant.parse(started.field("expiresAt")));
  }

  @Test
  void concurrent_requests_with_one_idempotency_key_make_one_session() {
    // Given
    Map<String, String> key = Map.of("Idempotency-Key", "same-" + Instant.now());

    // When
    List<CompletableFuture<Answer>> answers =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(i -> api.startLater(Map.of("timeoutSeconds", 120), key))
            .toList();
    List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
    Answer other = api.startLater(Map.of("timeoutSeconds", 121), key).join();

    // Then
    assertThat(all).allSatisfy(a -> assertThat(a.status()).as(a.text()).isEqualTo(201));
    assertThat(all.stream().map(a -> a.field("id")).distinct()).hasSize(1);
    assertThat(other.status()).isEqualTo(409);
  }

  @Test
  void idempotency_key_with_another_environment_is_a_conflict() {
    // Given
    Map<String, String> key = Map.of("Idempotency-Key", "env-" + Instant.now());
    Answer first = api.startLater(Map.of("env", Map.of("PIN", "1234")), key).join();

    // When
    Answer same = api.startLater(Map.of("env", Map.of("PIN", "1234")), key).join();
    Answer other = api.startLater(Map.of("env", Map.of("PIN", "4321")), key).join();

    // Then
    assertThat(first.status()).as(first.text()).isEqualTo(201);
    assertThat(same.field("id")).as(same.text()).isEqualTo(first.field("id"));
    assertThat(other.status()).as(other.text()).isEqualTo(409);
    assertThat(other.field("detail")).contains("Idempotency-Key");
    assertThat(api.get("/v1/sessions/" + first.field("id")).field("state")).isEqualTo("RUNNING");
  }

  @Test
  void repeated_request_gets_its_session_after_that_failed() {
    // Given
    Map<String, String> key = Map.of("Idempotency-Key", "failed-" + Instant.now());
    String script = "until [ -e fail ]; do sleep 0.1; done; exit 3";
    Map<String, ?> request = Map.of("command", List.of("sh", "-c", script));
    Answer first = api.startLater(request, key).join();
    String path = "/v1/sessions/" + first.field("id");
    api.execLater(first.field("id"), Map.of("script", "touch fail"));
    await().until(() -> api.get(path).field("state").equals("FAILED"));

    // When
    Answer again = api.startLater(request, key).join();

    // Then
    assertThat(again.field("id")).as(again.text()).isEqualTo(first.field("id"));
    assertThat(again.field("state")).isEqualTo("FAILED");
    assertThat(api.get(path).status()).isEqualTo(200);
  }

  @Test
  void idempotency_key_starts_a_new_session_once_its_session_was_deleted() {
    // Given
    Map<String, String> key = Map.of("Idempotency-Key", "deleted-" + Instant.now());
    Answer first = api.startLater(Map.of(), key).join();
    api.call("DELETE", "/v1/sessions/" + first.field("id") + "?wait=true", null);

    // When
    Answer again = api.startLater(Map.of(), key).join();

    // Then
    assertThat(again.status()).as(again.text()).isEqualTo(201);
    assertThat(again.body().at("/pod/uid")).isNotEqualTo(first.body().at("/pod/uid"));
    assertThat(again.field("createdAt")).isNotEqualTo(first.field("createdAt"));
  }

  @Test
  void idempotency_key_with_another_id_is_a_conflict() {
    // Given
    String key = "ids-" + Instant.now();
    String suffix = Long.toString(System.nanoTime(), 36);
    Answer first =
        api.startLater(Map.of("id", "one-" + suffix), Map.of("Idempotency-Key", key)).join();

    // When
    Answer second =
        api.startLater(Map.of("id", "two-" + suffix), Map.of("Idempotency-Key", key)).join();

    // Then
    assertThat(first.status()).as(first.text()).isEqualTo(201);
    assertThat(second.status()).as(second.text()).isEqualTo(409);
    assertThat(second.field("detail")).contains("Idempotency-Key");
  }

  @Test
  void start_with_the_id_of_a_stopping_session_succeeds_or_is_a_clear_conflict() {
    // Given
    String id = "again-" + Long.toString(System.nanoTime(), 36);
    Map<String, ?> request =
        Map.of("id", id, "env", Map.of("PIN", "1"), "storage", Map.of("size", "10Mi"));
    String path = "/v1/sessions/" + id;
    String former = api.start(request).body().at("/pod/uid").asText();

    // When
    api.call("DELETE", path, null);
    Answer next = api.start(request);

    // Then
    if (next.status() == 201) {
      assertThat(next.body().at("/pod/uid").asText()).isNotEqualTo(former);
      assertThat(api.exec(id, Map.of("script", "echo $PIN")).field("stdout")).isEqualTo("1\n");
    } else {
      assertThat(next.status()).as(next.text()).isEqualTo(409);
      assertThat(next.field("detail")).contains("Session " + id + " is stopping", "wait=true");
    }
    assertThat(api.call("DELETE", path + "?wait=true", null).status()).isIn(204, 404);
    await().until(() -> TestCluster.get().objects().stream().noneMatch(o -> o.contains(id)));
    assertThat(api.start(request).status()).isEqualTo(201);
  }

  @Test
  void waiting_start_ends_when_its_session_is_stopped() {
    // Given
    List<Answer> accepted =
        java.util.stream.IntStream.range(0, 5)
            .mapToObj(i -> api.startLater(Map.of(), Map.of("Prefer", "respond-async")).join())
            .toList();
    assertThat(accepted).allSatisfy(a -> assertThat(a.status()).as(a.text()).isEqualTo(202));

    // When
    accepted.forEach(a -> api.call("DELETE", "/v1/sessions/" + a.field("id"), null));

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(Metrics.of(api).lines())
                    .filteredOn(line -> line.startsWith("camel_exchanges_inflight{"))
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith(" 0.0")));
  }

  @Test
  void session_keeps_files_on_a_claim_when_storage_is_asked_for() {
    // Given
    Answer started = api.start(Map.of("storage", Map.of("size", "10Mi")));

    // When
    Answer result =
        api.exec(
            started.field("id"),
            Map.of("script", "echo kept > /workspace/file && cat /workspace/file"));

    // Then
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    assertThat(started.body().path("storage").path("claim").asText()).isNotEmpty();
    assertThat(result.field("stdout")).as(result.text()).isEqualTo("kept\n");
  }

  @Test
  void session_whose_main_process_exits_with_0_is_completed() {
    // Given
    Answer started = api.start(Map.of("command", List.of("sh", "-c", "echo done")));

    // When
    String path = "/v1/sessions/" + started.field("id");
    await().until(() -> api.get(path).field("state").equals("COMPLETED"));
    Answer exec = api.exec(started.field("id"), Map.of("command", List.of("true")));
    Answer logs = api.get(path + "/logs");

    // Then
    assertThat(exec.status()).isEqualTo(409);
    assertThat(exec.field("code")).isEqualTo("CONFLICT");
    assertThat(logs.body().path("items").path(0).path("text").asText()).isEqualTo("done");
  }
}
