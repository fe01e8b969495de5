package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.Api.Answer;
import java.net.http.WebSocket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log of a session's main process, as text or JSON. */
@ExtendWith(NothingLeftBehind.class)
class LogsIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(Map.of("caravanserai.exec.output-limit", "64KiB"));

  private static Instant begin;
  private static String logs;

  @BeforeAll
  static void three_lines_are_written() {
    String script =
        "echo one; echo two >&2; until [ -e go ]; do sleep 0.1; done; echo drei ü; exec sleep 600";
    begin = Instant.now();
    Answer started = SERVER.api().start(Map.of("command", List.of("sh", "-c", script)));
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    logs = "/v1/sessions/" + started.field("id") + "/logs";
    await().until(() -> lines("").size() == 2);
    SERVER.api().exec(started.field("id"), Map.of("command", List.of("touch", "go")));
    await().until(() -> lines("").size() == 3);
  }

  @Test
  void json_logs_have_an_item_per_line_with_its_time_on_request() {
    // When
    List<JsonNode> lines = lines("?timestamps=true");

    // Then
    assertThat(lines.stream().map(line -> line.path("text").asText()))
        .containsExactlyInAnyOrder("one", "two", "drei ü");
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(Instant.parse(line.path("time").asText()))
                    .isBetween(begin.minusSeconds(5), Instant.now().plusSeconds(5)));
    assertThat(lines("")).noneMatch(line -> line.has("time"));
  }

  @Test
  void tail_and_since_leave_out_what_is_older() {
    // Given
    String last = lines("?timestamps=true").get(2).path("time").asText();

    // When
    List<JsonNode> tail = lines("?tail=1");
    List<JsonNode> since = lines("?since=" + Instant.parse(last).plusSeconds(60));

    // Then
    assertThat(tail).singleElement().extracting(l -> l.path("text").asText()).isEqualTo("drei ü");
    assertThat(since).isEmpty();
    assertThat(lines("?tail=0")).isEmpty();
  }

  @Test
  void answer_is_the_whole_log_as_text_and_as_json() {
    // Given
    String script = "seq 1 20000; exec sleep 600";
    Answer started = SERVER.api().start(Map.of("command", List.of("sh", "-c", script)));
    String url = "/v1/sessions/" + started.field("id") + "/logs";
    await().until(() -> SERVER.api().get(url + "?tail=1").text().contains("\"20000\""));

    // When
    Answer text = SERVER.api().later("GET", url, null, Map.of("Accept", "text/plain")).join();
    Answer json = SERVER.api().get(url);

    // Then
    assertThat(text.text().lines()).containsExactlyElementsOf(numbers(1));
    assertThat(json.body().path("items").findValuesAsText("text")).isEqualTo(numbers(1));
  }

  private static List<String> numbers(int from) {
    return IntStream.rangeClosed(from, 20_000).mapToObj(String::valueOf).toList();
  }

  @Test
  void follower_gets_each_line_as_it_comes_until_the_container_ends() throws Exception {
    // Given
    String script = "echo one; until [ -e go ]; do sleep 0.1; done; echo zwei ü; sleep 1";
    Answer started = SERVER.api().start(Map.of("command", List.of("sh", "-c", script)));
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    String url = "/v1/sessions/" + started.field("id") + "/logs?follow=true";
    StringBuffer messages = new StringBuffer();
    CompletableFuture<Integer> closed = new CompletableFuture<>();

    // When
    var text = SERVER.api().later("GET", url, null, Map.of("Accept", "text/plain"));
    SERVER
        .api()
        .socket(
            url,
            new WebSocket.Listener() {
              @Override
              public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                messages.append(data);
                socket.request(1);
                return null;
              }

              @Override
              public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                closed.complete(code);
                return null;
              }
            })
        .get(1, TimeUnit.MINUTES);
    await().until(() -> messages.toString().equals("one\n"));
    assertThat(text).isNotDone();
    SERVER.api().exec(started.field("id"), Map.of("command", List.of("touch", "go")));

    // Then
    assertThat(text.get(1, TimeUnit.MINUTES).text()).isEqualTo("one\nzwei ü\n");
    assertThat(closed.get(1, TimeUnit.MINUTES)).isEqualTo(1000);
    assertThat(messages).hasToString("one\nzwei ü\n");
  }

  @Test
  void missing_log_is_reported_with_the_message_of_the_cluster() {
    // When
    Answer previous = SERVER.api().get(logs + "?previous=true");
    Answer container = SERVER.api().get(logs + "?container=nope");

    // Then
    assertThat(previous.status()).as(previous.text()).isEqualTo(409);
    assertThat(previous.field("detail"))
        .contains("previous terminated container")
        .doesNotContain("{");
    assertThat(container.status()).as(container.text()).isEqualTo(404);
    assertThat(container.field("detail")).contains("nope").doesNotContain("{");
  }

  private static List<JsonNode> lines(String query) {
    Answer answer = SERVER.api().get(logs + query);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return StreamSupport.stream(answer.body().path("items").spliterator(), false).toList();
  }
}
