package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No state of a session exists only in the server. */
@ExtendWith(NothingLeftBehind.class)
class RestartIT {

  @Test
  void sessions_survive_a_killed_server() throws Exception {
    // Given
    ServerProcess first = ServerProcess.start(Map.of());
    String kept = first.api().start(Map.of("env", Map.of("A", "b"))).field("id");
    Answer brief = first.api().start(Map.of("timeoutSeconds", 25));
    Instant expires = Instant.parse(brief.field("expiresAt"));

    // When
    first.kill();
    try (ServerProcess second = ServerProcess.start(Map.of())) {
      Instant ready = Instant.now();
      Api api = second.api();
      api.takeOver(first.api());

      // Then
      List<String> listed = new ArrayList<>();
      api.get("/v1/sessions").body().path("items").forEach(s -> listed.add(s.path("id").asText()));
      assertThat(listed).contains(kept);
      Answer used = api.exec(kept, Map.of("script", "printf %s $A"));
      assertThat(used.field("stdout")).as(used.text()).isEqualTo("b");
      LastSeen seen = LastSeen.running(api, brief.field("id"));
      seen.assertNotBefore(expires);
      seen.assertBy((expires.isAfter(ready) ? expires : ready).plusSeconds(3));
      assertThat(api.call("DELETE", "/v1/sessions/" + kept + "?wait=true", null).status())
          .isEqualTo(204);
    }
  }
}
