package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing about a session lives only in the server. */
@ExtendWith(NothingLeftBehind.class)
class RestartIT {

  @Test
  void sessions_outlive_a_server_that_is_killed() throws Exception {
    // Given
    Path home = Files.createTempDirectory("caravanserai-restart");
    int port = freePort();
    Process first = server(home, port);
    Api api = new Api(URI.create("http://127.0.0.1:" + port), TestServer.KEY);
    ready(api, first);
    String kept = api.start(Map.of("env", Map.of("A", "b"))).field("id");
    Answer short_ = api.start(Map.of("timeoutSeconds", 25));
    Instant expires = Instant.parse(short_.field("expiresAt"));

    // When
    first.destroyForcibly().waitFor();
    Process second = server(home, port);
    try {
      ready(api, second);

      // Then
      List<String> listed = new ArrayList<>();
      api.get("/v1/sessions").body().path("items").forEach(s -> listed.add(s.path("id").asText()));
      assertThat(listed).contains(kept);
      Answer used = api.exec(kept, Map.of("script", "printf %s $A"));
      assertThat(used.field("stdout")).as(used.text()).isEqualTo("b");
      await()
          .atMost(Duration.ofSeconds(40))
          .pollInterval(Duration.ofMillis(50))
          .until(
              () ->
                  !"RUNNING".equals(api.get("/v1/sessions/" + short_.field("id")).field("state")));
      assertThat(Instant.now()).isBefore(expires.plusSeconds(3));
      assertThat(api.call("DELETE", "/v1/sessions/" + kept + "?wait=true", null).status())
          .isEqualTo(204);
    } finally {
      api.stopAll();
      second.destroy();
      second.waitFor();
    }
  }

  private static void ready(Api api, Process server) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(server.isAlive()).as("the server runs").isTrue();
              try {
                return api.get("/observe/health/ready").status() == 200;
              } catch (CompletionException notYet) {
                return false;
              }
            });
  }

  private static Process server(Path home, int port) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Map<String, String> settings = TestServer.settings(home);
    settings.put("caravanserai.port", String.valueOf(port));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    File log = home.resolve("server.log").toFile();
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    return process.start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
