package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers of one namespace are replicas, whatever name each has for its cluster. */
@ExtendWith(NothingLeftBehind.class)
class SharedNamespaceIT {
  @RegisterExtension
  static final TestServer ONE = new TestServer(Map.of("caravanserai.cluster.name", "east"));

  @Test
  void servers_with_different_cluster_names_share_the_sessions_of_their_namespace()
      throws Exception {
    // Given
    Map<String, String> settings =
        new HashMap<>(TestServer.settings(Files.createTempDirectory("caravanserai-west")));
    settings.put("caravanserai.cluster.name", "west");
    Answer started = ONE.api().start(Map.of());
    String path = "/v1/sessions/" + started.field("id");
    try (Server server = Server.start(Settings.of(settings), List.of())) {
      Api west = new Api(server.url(), TestServer.KEY);

      // When
      Answer read = west.get(path);
      Answer stopped = west.call("DELETE", path + "?wait=true", null);

      // Then
      assertThat(started.field("cluster")).as(started.text()).isEqualTo("east");
      assertThat(read.field("cluster")).as(read.text()).isEqualTo("west");
      assertThat(read.field("state")).isEqualTo("RUNNING");
      assertThat(stopped.status()).as(stopped.text()).isEqualTo(204);
      await().until(() -> ONE.api().get(path).status() == 404);
    }
  }
}
