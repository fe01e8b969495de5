package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.HalfOpen;
import dev.caravanserai.wire.Relay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The connection to the cluster is lost silently: no data passes, and nothing is closed. */
@ExtendWith(NothingLeftBehind.class)
class SilentClusterIT {
  @RegisterExtension static final TestServer OTHER = new TestServer();

  private final AtomicBoolean deaf = new AtomicBoolean();

  @AfterEach
  void stop() {
    OTHER.api().stopAll();
  }

  @Test
  void watch_without_traffic_is_replaced_within_a_minute_and_reported_by_health_and_log()
      throws Exception {
    // Given
    Path home = Files.createTempDirectory("caravanserai-silent");
    try (CapturedLog told = new CapturedLog("dev.caravanserai.cluster.api.Contact");
        Relay wire = TestCluster.get().relay(() -> new HalfOpen(deaf::get));
        Server server = Server.start(settings(home, wire), List.of())) {
      Api api = new Api(server.url(), TestServer.KEY);
      assertThat(ready(api)).isEqualTo(200);

      // When
      deaf.set(true);
      String id = OTHER.api().session();

      // Then
      await().until(() -> ready(api) == 503);
      await().until(() -> told.lines().stream().anyMatch(own("no answer since")));

      // When
      deaf.set(false);

      // Then
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> api.get("/v1/sessions").text().contains(id));
      await().until(() -> ready(api) == 200);
      await().until(() -> told.lines().stream().anyMatch(own("answers again")));
      assertThat(told.lines().stream().filter(own(""))).hasSize(2);
    }
  }

  /** About the server's own namespace. */
  private static Predicate<String> own(String words) {
    return line ->
        line.contains(" namespace=" + TestCluster.NAMESPACE + ": ") && line.contains(words);
  }

  private static int ready(Api api) {
    return api.get("/observe/health/ready").status();
  }

  private static Settings settings(Path home, Relay wire) throws IOException {
    Map<String, String> settings = TestServer.settings(home);
    settings.put(
        Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(wire, home).toString());
    return Settings.of(settings);
  }
}
