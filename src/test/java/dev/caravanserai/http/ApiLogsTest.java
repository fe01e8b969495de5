package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logs have the media type that the caller accepts. */
class ApiLogsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @AutoClose private static final ApiServer API = new ApiServer();

  private final HttpServer server = API.server();

  @BeforeEach
  void forget() {
    API.calls().clear();
  }

  @Test
  void logs_have_the_accepted_media_type() throws Exception {
    var json = logs("application/json", "?timestamps=true&tail=2&since=60");
    assertThat(JSON.readTree(json.body()).path("items").get(1))
        .isEqualTo(
            JSON.readTree("{\"text\":\"two words\",\"time\":\"2026-11-21T09:30:01.123456789Z\"}"));
    assertThat(API.calls().getFirst().variables())
        .containsEntry("tail", 2)
        .containsEntry("timestamps", true);
    assertThat(API.calls().getFirst().variables()).containsEntry("since", "60");
    assertThat(JSON.readTree(logs("*/*", "").body()).path("items")).hasSize(2);
    var text = logs("text/*;q=0.9, application/json;q=0.1", "");
    assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(text.body()).startsWith("2026-11-21T09:30:00.5Z one\n");
    assertProblem(logs("image/png", ""), 406, "INVALID_REQUEST");
    logs("text/plain", "?since=2026-11-21T10:30:00%2B01:00");
    assertThat(API.calls().getLast().variables())
        .containsEntry("since", "2026-11-21T10:30:00+01:00");
  }

  private HttpResponse<String> logs(String accept, String query) {
    return server.send(server.request("/v1/sessions/a/logs" + query).header("Accept", accept));
  }
}
