package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A key sees its tenant's sessions only, and does only what its scopes say. */
@ExtendWith(NothingLeftBehind.class)
class TenantIT {
  private static final String RED = "red-key-0123456789";
  private static final String BLUE = "blue-key-0123456789";
  private static final String READER = "reader-key-0123456789";

  @Test
  void sessions_of_another_tenant_are_not_there() throws Exception {
    // Given
    try (Server server = Server.start(Settings.of(settings()), List.of())) {
      Api red = new Api(server.url(), RED);
      Api blue = new Api(server.url(), BLUE);
      Api reader = new Api(server.url(), READER);
      String id = "shared-" + Long.toString(System.nanoTime(), 36);
      Answer ours = red.start(Map.of("id", id));
      String path = "/v1/sessions/" + id;

      // When
      Answer seen = blue.get(path);
      Answer used = blue.exec(id, Map.of("command", List.of("true")));
      Answer stopped = blue.call("DELETE", path, null);
      Answer same = blue.start(Map.of("id", id));
      Answer read = reader.get(path);
      Answer written = reader.call("DELETE", path, null);

      // Then
      assertThat(ours.status()).as(ours.text()).isEqualTo(201);
      assertThat(List.of(seen.status(), used.status(), stopped.status())).containsOnly(404);
      assertThat(same.status()).as("the id is free for another tenant").isEqualTo(201);
      assertThat(read.status()).isEqualTo(200);
      assertThat(written.status()).isEqualTo(403);
      assertThat(written.field("code")).isEqualTo("NOT_PERMITTED");
      red.stopAll();
      blue.stopAll();
    }
  }

  private static Map<String, String> settings() throws Exception {
    Path home = Files.createTempDirectory("caravanserai-tenants");
    String keys =
        """
        - {name: red, tenant: red, scopes: ['*'], key: %s}
        - {name: blue, tenant: blue, scopes: ['*'], key: %s}
        - {name: reader, tenant: red, scopes: ['sessions:read'], key: %s}
        """
            .formatted(RED, BLUE, READER);
    return TestServer.settings(home, keys);
  }
}
