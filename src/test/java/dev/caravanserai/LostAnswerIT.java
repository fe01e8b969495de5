package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If the response to a create is lost, the created object is found and not created twice. */
@ExtendWith(NothingLeftBehind.class)
class LostAnswerIT {
  private static FaultyWire wire;
  private static Server server;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    Path home = Files.createTempDirectory("caravanserai-lost");
    wire = new FaultyWire();
    Map<String, String> settings = wire.settings(home);
    settings.put(Settings.PROFILE_FOLDER.key(), "src/test/profiles");
    server = Server.start(Settings.of(settings), List.of());
    api = new Api(server.url(), TestServer.KEY);
  }

  @AfterEach
  void stopAll() {
    api.stopAll();
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    wire.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"configmaps", "persistentvolumeclaims", "secrets", "services", "pods"})
  void session_starts_although_the_response_to_a_create_was_lost(String resource) {
    // Given
    int before = wire.lost().size();
    String id = "lost-" + resource.length() + "-" + Long.toString(System.nanoTime(), 36);
    wire.loseNextCreate(resource);

    // When
    Answer started =
        api.start(
            Map.of(
                "id",
                id,
                "profile",
                "with-service",
                "env",
                Map.of("GREETING", "hello"),
                "storage",
                Map.of("size", "10Mi")));

    // Then
    assertThat(wire.lost()).hasSize(before + 1);
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    assertThat(started.field("state")).isEqualTo("RUNNING");
    assertThat(api.exec(id, Map.of("script", "printf %s \"$GREETING\"")).field("stdout"))
        .isEqualTo("hello");
  }

  @Test
  void caller_that_does_not_wait_gets_the_session_whose_create_response_was_lost() {
    // Given
    wire.loseNextCreate("configmaps");

    // When
    Answer accepted = api.startLater(Map.of(), Map.of("Prefer", "respond-async")).join();

    // Then
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    assertThat(accepted.field("state")).isIn("PENDING", "RUNNING");
  }

  @Test
  void name_taken_by_another_request_is_still_a_conflict() {
    // Given
    String id = api.session();
    wire.loseNextCreate("configmaps");

    // When
    Answer second = api.start(Map.of("id", id));

    // Then
    assertThat(second.status()).as(second.text()).isEqualTo(409);
    assertThat(api.get("/v1/sessions/" + id).field("state")).isEqualTo("RUNNING");
  }
}
