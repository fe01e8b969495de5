package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Replicas agree on sessions, also while their watches lag. */
@ExtendWith(NothingLeftBehind.class)
class ReplicasIT {
  @RegisterExtension static final TestServer ONE = new TestServer();

  private static FaultyWire wire;
  private static Server server;
  private static Api other;

  private final Api one = ONE.api();

  @BeforeAll
  static void start() throws Exception {
    wire = new FaultyWire();
    server =
        Server.start(
            Settings.of(wire.settings(Files.createTempDirectory("caravanserai-other"))), List.of());
    other = new Api(server.url(), TestServer.KEY);
  }

  @AfterEach
  void release() {
    wire.releaseWatches();
    one.stopAll();
    other.stopAll();
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    wire.close();
  }

  @Test
  void session_is_read_used_and_stopped_by_a_replica_whose_watch_lags() {
    // Given
    wire.holdWatches();
    String id = one.session();
    String path = "/v1/sessions/" + id;

    // When
    Answer read = other.get(path);
    Answer used = other.exec(id, Map.of("script", "printf here"));
    Answer stopped = other.call("DELETE", path, null);

    // Then
    assertThat(read.status()).as(read.text()).isEqualTo(200);
    assertThat(read.field("state")).isEqualTo("RUNNING");
    assertThat(used.field("stdout")).as(used.text()).isEqualTo("here");
    assertThat(stopped.status()).as(stopped.text()).isEqualTo(204);
    wire.releaseWatches();
    for (Api each : List.of(one, other)) {
      await().untilAsserted(() -> assertThat(each.get(path).status()).isEqualTo(404));
    }
  }

  @Test
  void repeated_request_gets_its_session_from_a_replica_whose_watch_lags() {
    // Given
    wire.holdWatches();
    Map<String, String> key = Map.of("Idempotency-Key", "replicas-" + System.nanoTime());
    Map<String, ?> request = Map.of("env", Map.of("PIN", "1234"));
    Answer first = one.startLater(request, key).join();

    // When
    Answer again = other.startLater(request, key).join();

    // Then
    assertThat(again.status()).as(again.text()).isEqualTo(201);
    assertThat(again.field("id")).isEqualTo(first.field("id"));
  }

  @Test
  void unknown_session_costs_one_read_per_namespace() {
    // Given
    String id = "none-" + Long.toString(System.nanoTime(), 36);
    int requests = 40;

    // When
    List<Answer> answers =
        IntStream.range(0, requests)
            .mapToObj(i -> other.later("GET", "/v1/sessions/" + id, null, Map.of()))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    // Then
    assertThat(answers).allSatisfy(a -> assertThat(a.status()).isEqualTo(404));
    assertThat(
            wire.asked().stream()
                .filter(line -> line.contains("/" + TestCluster.NAMESPACE + "/"))
                .filter(line -> line.contains(id)))
        .hasSizeBetween(1, requests);
  }

  @Test
  void command_runs_in_a_session_that_a_lagging_watch_shows_as_pending() {
    // Given
    String path = toldPending();

    // When
    Answer used = other.call("POST", path + "/exec", Map.of("script", "exit 137"));

    // Then
    assertThat(used.status()).as(used.text()).isEqualTo(200);
    assertThat(used.field("outcome")).as(used.text()).isEqualTo("exited");
    assertThat(used.body().path("exitCode").asInt()).isEqualTo(137);
  }

  @Test
  void each_command_costs_at_most_one_read_of_the_pod() {
    // Given
    String path = toldPending();
    String pod = "/pods/" + one.get(path).body().at("/pod/name").asText() + " ";
    long before = wire.asked().stream().filter(line -> line.contains(pod)).count();

    // When
    List<Answer> answers =
        IntStream.range(0, 8)
            .mapToObj(i -> other.later("POST", path + "/exec", Map.of("script", "true"), Map.of()))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    // Then
    assertThat(answers).allSatisfy(a -> assertThat(a.status()).as(a.text()).isEqualTo(200));
    assertThat(wire.asked().stream().filter(line -> line.contains(pod)).count() - before)
        .isBetween(0L, 8L);
  }

  @Test
  void session_whose_pod_is_not_yet_seen_by_a_replica_is_never_failed_there() {
    // Given
    wire.holdWatches("pods");
    Set<String> states = new TreeSet<>();

    // When: the anchor is seen, then its mark that the session was ready, and no pod
    String id = one.session();
    await().until(() -> states.addAll(listed(id)) && states.contains("RUNNING"));
    states.add(other.get("/v1/sessions/" + id).field("state"));
    wire.releaseWatches();
    await()
        .until(
            () -> {
              states.addAll(listed(id));
              return other.get("/v1/sessions/" + id).body().path("ready").asBoolean();
            });

    // Then
    assertThat(states).isSubsetOf("PENDING", "RUNNING");
  }

  /** The states that the other replica lists for a session, which is none before it is seen. */
  private static List<String> listed(String id) {
    return other.get("/v1/sessions").body().path("items").findParents("id").stream()
        .filter(session -> session.path("id").asText().equals(id))
        .map(session -> session.path("state").asText())
        .toList();
  }

  @Test
  void start_that_takes_longer_than_the_setting_fails_with_the_time_of_the_setting()
      throws Exception {
    // Given
    try (FaultyWire slow = new FaultyWire()) {
      Map<String, String> settings = slow.settings(Files.createTempDirectory("caravanserai-slow"));
      settings.put("caravanserai.session.start-timeout", "2s");
      try (Server late = Server.start(Settings.of(settings), List.of())) {
        slow.holdWatches();

        // When
        Answer answer = new Api(late.url(), TestServer.KEY).start(Map.of());

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(504);
        assertThat(answer.field("code")).isEqualTo("START_TIMEOUT");
        assertThat(answer.field("detail")).contains("was not ready after 2 s");
      }
    }
  }

  @Test
  void new_session_of_an_id_is_not_confused_with_the_old_one_while_watches_lag() {
    // Given
    String id = "again-" + Long.toString(System.nanoTime(), 36);
    Answer former =
        other.start(Map.of("id", id, "command", List.of("sh", "-c", "sleep 1; exit 0")));
    await().until(() -> "COMPLETED".equals(other.get("/v1/sessions/" + id).field("state")));
    wire.holdWatches();
    other.call("DELETE", "/v1/sessions/" + id, null);

    // When
    long before = wire.asked().stream().filter(ReplicasIT::createsPod).count();
    CompletableFuture<Answer> next = other.startLater(Map.of("id", id), Map.of());
    await()
        .until(
            () ->
                next.isDone()
                    || wire.asked().stream().filter(ReplicasIT::createsPod).count() > before);
    wire.releaseWatches();
    Answer answer = next.join();

    // Then
    assertThat(answer.status()).as(answer.text()).isIn(201, 409);
    if (answer.status() == 201) {
      assertThat(answer.field("state")).isEqualTo("RUNNING");
      assertThat(answer.body().at("/pod/uid")).isNotEqualTo(former.body().at("/pod/uid"));
    }
  }

  private static boolean createsPod(String line) {
    return line.startsWith("POST") && line.contains("/pods ");
  }

  /**
   * A session that runs, of which the other replica was last told that it is pending; or, where
   * this machine stood still meanwhile, that it runs.
   */
  private String toldPending() {
    String image = TestCluster.real() ? "busybox:1" : "local/slow-start";
    Answer begun = one.startLater(Map.of("image", image), Map.of("Prefer", "respond-async")).join();
    String path = "/v1/sessions/" + begun.field("id");
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> Set.of("PENDING", "RUNNING").contains(other.get(path).field("state")));
    wire.holdWatches();
    await().until(() -> "RUNNING".equals(one.get(path).field("state")));
    return path;
  }
}
