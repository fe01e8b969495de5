package dev.caravanserai;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A Chromium without a window and one page in it, told what to do over the Chrome DevTools Protocol
 * (https://chromedevtools.github.io/devtools-protocol). Where a server asks for a password, it
 * gives the one that it was made with.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path profile;
  private final String password;
  private final WebSocket page;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> requested = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Browser(Path program, String password) throws IOException {
    this.password = password;
    this.profile = Files.createTempDirectory("caravanserai-browser");
    this.process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(profile.resolve("chromium.log").toFile())
            .start();
    this.page =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address(), told()).join();
    for (String domain : List.of("Page", "Network", "Log", "Runtime")) {
      call(domain + ".enable", Map.of());
    }
    call("Fetch.enable", Map.of("handleAuthRequests", true));
  }

  /** Empty where there is none on this machine. */
  static Optional<Path> program() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Browser start(Path program, String password) throws IOException {
    return new Browser(program, password);
  }

  /** Of the page, once there is one. */
  private URI address() {
    Path told = profile.resolve("DevToolsActivePort");
    await().until(() -> Files.exists(told) && Files.readString(told).contains("\n"));
    return await().until(() -> page(Files.readAllLines(told).get(0)), Optional::isPresent).get();
  }

  private static Optional<URI> page(String port) throws IOException, InterruptedException {
    URI list = URI.create("http://127.0.0.1:" + port + "/json/list");
    var answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString());
    return StreamSupport.stream(JSON.readTree(answer.body()).spliterator(), false)
        .filter(target -> "page".equals(target.path("type").asText()))
        .map(target -> URI.create(target.path("webSocketDebuggerUrl").asText()))
        .findFirst();
  }

  private WebSocket.Listener told() {
    StringBuilder text = new StringBuilder();
    return new WebSocket.Listener() {
      @Override
      public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
          hear(socket, json(text.toString()));
          text.setLength(0);
        }
        socket.request(1);
        return null;
      }
    };
  }

  private void hear(WebSocket socket, JsonNode message) {
    JsonNode params = message.path("params");
    switch (message.path("method").asText()) {
      case "" ->
          Optional.ofNullable(answers.remove(message.path("id").asInt()))
              .ifPresent(answer -> answer.complete(message));
      case "Network.requestWillBeSent" ->
          requested.add(params.path("request").path("url").asText());
      case "Runtime.exceptionThrown" -> complaints.add(params.toString());
      case "Runtime.consoleAPICalled" -> complain(params, params.path("type").asText());
      case "Log.entryAdded" -> complain(params, params.path("entry").path("level").asText());
      case "Fetch.requestPaused" ->
          send(socket, "Fetch.continueRequest", Map.of("requestId", params.path("requestId")));
      case "Fetch.authRequired" ->
          send(
              socket,
              "Fetch.continueWithAuth",
              Map.of(
                  "requestId",
                  params.path("requestId"),
                  "authChallengeResponse",
                  Map.of(
                      "response",
                      "ProvideCredentials",
                      "username",
                      "anybody",
                      "password",
                      password)));
      default -> {
        // Other events are not needed here.
      }
    }
  }

  private void complain(JsonNode params, String level) {
    if (level.equals("error") || level.equals("warning") || level.equals("assert")) {
      complaints.add(params.toString());
    }
  }

  private CompletableFuture<JsonNode> send(WebSocket socket, String method, Map<String, ?> params) {
    int id = number.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    try {
      synchronized (answers) {
        socket
            .sendText(
                JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params)), true)
            .join();
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return answer;
  }

  private JsonNode call(String method, Map<String, ?> params) {
    JsonNode answer = send(page, method, params).orTimeout(3, TimeUnit.MINUTES).join();
    if (answer.has("error")) {
      throw new IllegalStateException(method + ": " + answer);
    }
    return answer.path("result");
  }

  void open(URI url) {
    call("Page.navigate", Map.of("url", url.toString()));
  }

  /** What an expression in JavaScript comes to, as text. */
  String evaluate(String expression) {
    JsonNode result = call("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
    return result.path("result").path("value").asText();
  }

  /** Waits for an element, which may come a little later. */
  void waitFor(String selector) {
    await(selector)
        .ignoreException(IllegalStateException.class) // the page is being replaced
        .until(() -> evaluate(element(selector) + " !== null").equals("true"));
  }

  void click(String selector) {
    waitFor(selector);
    evaluate(element(selector) + ".click()");
  }

  void type(String selector, String text) {
    waitFor(selector);
    evaluate(element(selector) + ".focus()");
    call("Input.insertText", Map.of("text", text));
  }

  /** All text of all elements, without spaces at the ends. */
  String text(String selector) {
    return evaluate(
        "[...document.querySelectorAll('"
            + selector
            + "')].map(e => e.textContent.trim()).join('\\n')");
  }

  private static String element(String selector) {
    return "document.querySelector('" + selector + "')";
  }

  /** The addresses of all requests of the page. */
  List<String> requested() {
    return requested;
  }

  /** Errors and warnings of its console, violations of the content security policy among them. */
  List<String> complaints() {
    return complaints;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    page.abort();
    Stream.concat(process.descendants(), Stream.of(process.toHandle()))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    await("the last of its processes writes no more")
        .ignoreExceptions()
        .until(
            () -> {
              delete(profile);
              return !Files.exists(profile);
            });
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
