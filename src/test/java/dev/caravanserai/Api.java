package dev.caravanserai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A caller of the HTTP API that remembers which sessions it started. */
final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What came back. */
  record Answer(int status, JsonNode body, String text, HttpResponse<String> raw) {
    String field(String name) {
      return body.path(name).asText();
    }
  }

  private final URI url;
  private final String key;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newFixedThreadPool(4, Api::daemon))
          .build();
  private final Set<String> started = ConcurrentHashMap.newKeySet();

  Api(URI url, String key) {
    this.url = url;
    this.key = key;
  }

  Answer start(Map<String, ?> spec) {
    return startLater(spec, Map.of()).join();
  }

  CompletableFuture<Answer> startLater(Map<String, ?> spec, Map<String, String> headers) {
    Map<String, Object> body = new LinkedHashMap<>(Map.of("image", "busybox:1"));
    body.put("timeoutSeconds", 600);
    body.putAll(spec);
    return later("POST", "/v1/sessions", body, headers)
        .thenApply(
            answer -> {
              if (answer.body().has("id")) {
                started.add(answer.field("id"));
              }
              return answer;
            });
  }

  String session() {
    Answer answer = start(Map.of());
    if (answer.status() != 201) {
      throw new AssertionError(answer.toString());
    }
    return answer.field("id");
  }

  Answer exec(String session, Map<String, ?> body) {
    return execLater(session, body).join();
  }

  CompletableFuture<Answer> execLater(String session, Map<String, ?> body) {
    return later("POST", "/v1/sessions/" + session + "/exec", body, Map.of());
  }

  /** Opens a WebSocket. */
  CompletableFuture<WebSocket> socket(String path, WebSocket.Listener listener) {
    return http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + key)
        .buildAsync(URI.create(url.toString().replaceFirst("http", "ws") + path), listener);
  }

  Answer get(String path) {
    return call("GET", path, null);
  }

  Answer call(String method, String path, Object body) {
    return later(method, path, body, Map.of()).join();
  }

  CompletableFuture<Answer> later(
      String method, String path, Object body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofMinutes(6))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json");
    if (!headers.containsKey("Accept")) {
      request.header("Accept", "application/json");
    }
    headers.forEach(request::header);
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(text(body)));
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(
            response ->
                new Answer(
                    response.statusCode(), json(response.body()), response.body(), response));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "test-caller");
    thread.setDaemon(true);
    return thread;
  }

  /** Remembers another's sessions as its own. */
  void takeOver(Api other) {
    started.addAll(other.started);
  }

  /** Stops all that it started and waits until they are gone. */
  void stopAll() {
    CompletableFuture.allOf(
            started.stream()
                .map(id -> later("DELETE", "/v1/sessions/" + id + "?wait=true", null, Map.of()))
                .toArray(CompletableFuture[]::new))
        .join();
    started.clear();
  }

  private static String text(Object body) {
    try {
      return body instanceof String text ? text : JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return text == null || text.isEmpty() ? JSON.missingNode() : JSON.readTree(text);
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }
}
