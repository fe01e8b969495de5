package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server with the local cluster whose home is not in a folder that containers replace. */
@Tag("local")
class LocalSecretsIT {

  @Test
  void session_cannot_read_the_keys_of_its_server() throws Exception {
    try (VisibleFolder home = VisibleFolder.create();
        VisibleFolder other = VisibleFolder.create()) {
      // Given
      String keys = "- {tenant: a, name: a, key: %s, scope: '*'}".formatted(TestServer.KEY);
      Map<String, String> settings = TestServer.settings(other.path(), keys);
      Path key = Files.writeString(home.path().resolve("api-key"), "written-by-the-server");
      settings.put(Settings.HOME.key(), home.path().toString());
      settings.put(Settings.CLUSTER_KIND.key(), "local");
      try (Server server = Server.start(Settings.of(settings), List.of())) {
        Api api = new Api(server.url(), TestServer.KEY);
        String session = api.session();

        // When
        String script = "cat %s %s/*; echo end".formatted(key, other.path());
        Answer read = api.exec(session, Map.of("script", script));

        // Then
        assertThat(read.field("stdout")).as(read.text()).isEqualTo("end\n");
        api.stopAll();
      }
    }
  }
}
