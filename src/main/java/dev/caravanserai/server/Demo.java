package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/** Starts a session over HTTP, runs commands in it, reads its log and stops it. */
public final class Demo {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String key = UUID.randomUUID().toString();
  private String url;

  public Demo(PrintStream out) {
    this.out = out;
  }

  /**
   * @return 0 on success, else 1
   */
  public int run() throws Exception {
    Path home = Files.createTempDirectory("caravanserai-demo");
    try (Server server = Server.start(settings(home), List.of())) {
      url = server.url().toString();
      out.println("Server is ready at " + url);
      play();
      out.println("The demo succeeded and left nothing behind.");
      return 0;
    } catch (DemoFailed e) {
      out.println("The demo failed: " + e.getMessage());
      return 1;
    } finally {
      remove(home);
    }
  }

  private Settings settings(Path home) {
    Properties own = new Properties();
    own.putAll(System.getProperties());
    own.setProperty(Settings.PORT.key(), "0");
    own.setProperty(Settings.HOME.key(), home.toString());
    var environment = new HashMap<>(System.getenv());
    environment.put(Settings.API_KEY.environmentName(), key);
    return SettingsReader.load(Path.of("config", "application.properties"), environment, own);
  }

  private void play() throws Exception {
    out.println("1 Starting a session ...");
    String start =
        """
        {"image": "busybox:1", "env": {"GREETING": "hello"}, "timeoutSeconds": 120,
         "command": ["sh", "-c", "echo the log of a session; while :; do sleep 1; done"]}
        """;
    JsonNode session = call("POST", "/v1/sessions", start, 201);
    String path = "/v1/sessions/" + session.path("id").asText();
    out.printf(
        "  %s in pod %s%n", session.path("state").asText(), session.at("/pod/name").asText());
    out.println("2 Running a script in it ...");
    String script =
        """
        {"script": "echo \\"$GREETING from $(pwd)\\"; echo to stderr >&2; exit 7"}
        """;
    JsonNode result = call("POST", path + "/exec", script, 200);
    out.printf(
        "  %s %s, stdout %s, stderr %s, %s ms%n",
        result.path("outcome").asText(),
        result.path("exitCode").asText(),
        result.path("stdout"),
        result.path("stderr"),
        result.path("durationMs").asText());
    expect(result.path("exitCode").asInt(-1) == 7, "the exit code 7", result);
    out.println("3 Running a command that never ends, with a time-out ...");
    String endless = "{\"command\": [\"sleep\", \"600\"], \"timeoutSeconds\": 1}";
    JsonNode late = call("POST", path + "/exec", endless, 200);
    out.println("  " + late.path("outcome").asText());
    expect("timedOut".equals(late.path("outcome").asText()), "the outcome timedOut", late);
    out.println("4 Reading its log ...");
    JsonNode logs = call("GET", path + "/logs", "", 200);
    out.println("  " + logs.at("/items/0/text"));
    expect(logs.toString().contains("the log of a session"), "its log", logs);
    out.println("5 Stopping it ...");
    call("DELETE", path + "?wait=true", "", 204);
    call("GET", path, "", 404);
    out.println("  gone");
  }

  private static void expect(boolean holds, String what, JsonNode seen) {
    if (!holds) {
      throw new DemoFailed("expected " + what + ", saw " + seen);
    }
  }

  private JsonNode call(String method, String path, String body, int expected)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + key)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != expected) {
      throw new DemoFailed(
          "%s %s answered %d %s".formatted(method, path, answer.statusCode(), answer.body()));
    }
    return JSON.readTree(answer.body());
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static final class DemoFailed extends RuntimeException {
    DemoFailed(String message) {
      super(message);
    }
  }
}
