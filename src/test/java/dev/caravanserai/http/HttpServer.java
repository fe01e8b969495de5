package dev.caravanserai.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;

/** The edge with routes of a test behind it, on a port of its own. */
final class HttpServer implements AutoCloseable {
  static final String KEY = "0123456789abcdef-everything";
  static final String READER = "0123456789abcdef-reader";
  static final String RUNNER = "0123456789abcdef-runner";

  static final String ROUTER = "0123456789abcdef-router";

  static final HttpLimits LIMITS =
      new HttpLimits(100_000, Duration.ofMinutes(1), Duration.ofMinutes(2), 30, 1_000_000, 20);

  private final Main main = new Main();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newFixedThreadPool(4, HttpServer::daemon))
          .build();
  private final int port;

  private HttpServer(
      HttpLimits limits, Map<String, Object> beans, String yaml, RoutesBuilder... routes) {
    var keys =
        new ApiKeys(
            List.of(
                new ApiKey("all", "default", Set.of("*"), sha256(KEY)),
                new ApiKey("reader", "red", Set.of(Scopes.SESSIONS_READ), sha256(READER)),
                new ApiKey("runner", "red", Set.of(Scopes.EXEC), sha256(RUNNER)),
                new ApiKey("router", "red", Set.of(Scopes.ROUTES), sha256(ROUTER))));
    main.configure().withBasePackageScanEnabled(false);
    main.configure().withRoutesIncludePattern(yaml);
    main.configure().setSourceLocationEnabled(true);
    for (var builder : routes) {
      main.configure().addRoutesBuilder(builder);
    }
    main.setDefaultPropertyPlaceholderLocation("file:config/application.properties");
    main.addInitialProperty("camel.server.enabled", "true");
    main.addInitialProperty("camel.server.host", "127.0.0.1");
    main.addInitialProperty("camel.server.port", "0");
    main.addInitialProperty("camel.management.host", "127.0.0.1");
    main.addInitialProperty("camel.management.port", "0");
    main.addOverrideProperty("camel.main.shutdownTimeout", "5");
    HttpEngine.bind(main::bind, List.of(keys), limits);
    beans.forEach(main::bind);
    main.start();
    port = main.getCamelContext().hasService(VertxPlatformHttpServer.class).getPort();
  }

  static HttpServer with(RoutesBuilder... routes) {
    return new HttpServer(LIMITS, Map.of(), "false", routes);
  }

  static HttpServer with(Map<String, Object> beans, String yaml, RoutesBuilder... routes) {
    return new HttpServer(LIMITS, beans, yaml, routes);
  }

  static HttpServer with(HttpLimits limits, RoutesBuilder... routes) {
    return with(limits, "false", routes);
  }

  static HttpServer with(HttpLimits limits, String yaml, RoutesBuilder... routes) {
    return new HttpServer(limits, Map.of(), yaml, routes);
  }

  int port() {
    return port;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "test-caller");
    thread.setDaemon(true);
    return thread;
  }

  HttpClient client() {
    return client;
  }

  /** With the key that may do everything. */
  HttpRequest.Builder request(String path) {
    return anonymous(path).header("Authorization", "Bearer " + KEY);
  }

  HttpRequest.Builder anonymous(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  int inflight() {
    return main.getCamelContext().getInflightRepository().size();
  }

  @Override
  public void close() {
    main.stop();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
