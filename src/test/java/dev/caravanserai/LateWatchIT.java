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
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session that one replica got ready is ready on every other, also where the watch is late. */
@ExtendWith(NothingLeftBehind.class)
class LateWatchIT {
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
            Settings.of(wire.settings(Files.createTempDirectory("caravanserai-late"))), List.of());
    other = new Api(server.url(), TestServer.KEY);
  }

  @AfterEach
  void release() {
    wire.releaseWatches();
    one.stopAll();
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    wire.close();
  }

  @Test
  void a_command_runs_in_a_session_that_the_watch_last_told_to_be_pending() {
    // Given
    String path = pendingForever();

    // When
    Answer used = other.call("POST", path + "/exec", Map.of("script", "exit 137"));

    // Then
    assertThat(used.status()).as(used.text()).isEqualTo(200);
    assertThat(used.field("outcome")).as(used.text()).isEqualTo("exited");
    assertThat(used.body().path("exitCode").asInt()).isEqualTo(137);
  }

  @Test
  void each_of_many_commands_costs_the_cluster_one_read_of_the_pod_at_most() {
    // Given
    String path = pendingForever();
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

  /** A session that runs, of which the other replica's watch has told that it is pending. */
  private String pendingForever() {
    String image = TestCluster.real() ? "busybox:1" : "local/slow-start";
    String path =
        "/v1/sessions/"
            + one.startLater(Map.of("image", image), Map.of("Prefer", "respond-async"))
                .join()
                .field("id");
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> "PENDING".equals(other.get(path).field("state")));
    wire.holdWatches();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> "RUNNING".equals(one.get(path).field("state")));
    return path;
  }
}
