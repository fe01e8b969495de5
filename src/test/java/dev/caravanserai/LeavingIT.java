package dev.caravanserai;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a request whose caller leaves before the answer. */
@ExtendWith(NothingLeftBehind.class)
class LeavingIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String IMAGE = TestCluster.real() ? "busybox:1" : "local/slow-start";

  private final Api api = SERVER.api();

  @Test
  void an_exec_that_nobody_waits_for_is_ended_with_all_its_processes() throws IOException {
    // Given
    String session = api.session();
    String script = "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 4343' & sleep 4343";
    try (Socket caller = post("/v1/sessions/" + session + "/exec", Map.of("script", script))) {
      await().atMost(SOON).until(() -> sleeping(session) == 2);

      // When
      caller.close();

      // Then
      await().atMost(SOON).until(() -> sleeping(session) == 0);
    }
  }

  @Test
  void a_start_that_nobody_can_come_back_for_is_ended() throws IOException {
    // Given
    try (Socket caller = post("/v1/sessions", start("nobody", Map.of()))) {
      await().atMost(SOON).until(() -> labelled("nobody").size() == 1);

      // When
      caller.close();

      // Then
      await().atMost(SOON).until(() -> labelled("nobody").isEmpty());
    }
  }

  @Test
  void a_start_with_an_id_goes_on() throws IOException {
    // Given
    try (Socket caller = post("/v1/sessions", start("known", Map.of("id", "left-alone")))) {
      await().atMost(SOON).until(() -> labelled("known").size() == 1);

      // When
      caller.close();

      // Then
      await()
          .atMost(SOON)
          .until(() -> api.get("/v1/sessions/left-alone").field("state").equals("RUNNING"));
    } finally {
      api.call("DELETE", "/v1/sessions/left-alone?wait=true", null);
    }
  }

  private static Map<String, Object> start(String label, Map<String, ?> more) {
    Map<String, Object> request = new java.util.HashMap<>(more);
    request.put("image", IMAGE);
    request.put("labels", Map.of("leaving", label));
    request.put("timeoutSeconds", 120);
    return request;
  }

  private List<JsonNode> labelled(String label) {
    List<JsonNode> found = new ArrayList<>();
    api.get("/v1/sessions?label=leaving%3D" + label).body().path("items").forEach(found::add);
    return found;
  }

  private int sleeping(String session) {
    String count =
        "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done"
            + " | grep -c '^sleep 434[3]'";
    return Integer.parseInt(api.exec(session, Map.of("script", count)).field("stdout").strip());
  }

  private static Socket post(String path, Map<String, ?> body) throws IOException {
    URI url = SERVER.server().url();
    byte[] json = new ObjectMapper().writeValueAsBytes(body);
    String head =
        "POST %s HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, TestServer.KEY, json.length);
    Socket socket = new Socket(url.getHost(), url.getPort());
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(json);
    return socket;
  }
}
