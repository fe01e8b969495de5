package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What becomes of a request whose caller leaves before the answer. No start is answered while the
 * watches are held: by them the server learns that a pod is ready.
 */
@ExtendWith(NothingLeftBehind.class)
class LeavingIT {
  private static FaultyWire wire;
  private static Server server;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    wire = new FaultyWire();
    server =
        Server.start(
            Settings.of(wire.settings(Files.createTempDirectory("caravanserai-leaving"))),
            List.of());
    api = new Api(server.url(), TestServer.KEY);
  }

  @AfterEach
  void stopAll() {
    wire.releaseWatches();
    api.stopAll();
  }

  @AfterAll
  static void close() {
    server.close();
    wire.close();
  }

  @Test
  void exec_whose_caller_disconnected_is_killed_with_all_its_processes() throws IOException {
    // Given
    String session = api.session();
    Sleepers sleepers = new Sleepers(session);
    try (Socket caller =
        post("/v1/sessions/" + session + "/exec", Map.of("script", sleepers.two()))) {
      await().until(() -> sleepers.count(api) == 2);

      // When
      caller.close();

      // Then
      await().until(() -> sleepers.count(api) == 0);
    }
  }

  @Test
  void start_without_id_or_key_whose_caller_disconnected_is_undone() throws IOException {
    // Given
    String label = label();
    wire.holdWatches();
    try (Socket caller = post("/v1/sessions", Map.of("labels", Map.of("leaving", label)))) {
      await().until(() -> anchors(label) == 1);

      // When
      caller.close();

      // Then
      await().until(() -> anchors(label) == 0);
    }
  }

  @Test
  void start_with_an_id_continues_after_its_caller_disconnected() throws IOException {
    // Given
    String label = label();
    String path = "/v1/sessions/left-" + label;
    wire.holdWatches();
    try (Socket caller =
        post("/v1/sessions", Map.of("id", "left-" + label, "labels", Map.of("leaving", label)))) {
      await().until(() -> anchors(label) == 1);

      // When
      caller.close();
      wire.releaseWatches();

      // Then
      await().until(() -> api.get(path).field("state").equals("RUNNING"));
    } finally {
      assertThat(api.call("DELETE", path + "?wait=true", null).status()).isEqualTo(204);
    }
  }

  private static String label() {
    return Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
  }

  /** How many there are in the cluster, whatever the server was told. */
  private static int anchors(String label) {
    return TestCluster.get()
        .client()
        .configMaps()
        .inNamespace(TestCluster.NAMESPACE)
        .withLabel("leaving", label)
        .list()
        .getItems()
        .size();
  }

  private static Socket post(String path, Map<String, ?> body) throws IOException {
    URI url = server.url();
    Map<String, Object> request = new java.util.HashMap<>(body);
    if (path.endsWith("sessions")) {
      request.putAll(Map.of("image", "busybox:1", "timeoutSeconds", 600));
    }
    byte[] json = new ObjectMapper().writeValueAsBytes(request);
    String head =
        "POST %s HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, TestServer.KEY, json.length);
    Socket socket = new Socket(url.getHost(), url.getPort());
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(json);
    return socket;
  }
}
