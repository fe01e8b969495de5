package dev.caravanserai;

import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server in this JVM, and a client of its API. */
record BenchServer(Server server, String key, HttpClient http) implements AutoCloseable {

  static BenchServer start(Path home, Path kubeconfig, String namespace) throws IOException {
    Map<String, String> settings =
        Map.of(
            Settings.PORT.key(),
            "0",
            Settings.HOME.key(),
            home.toString(),
            Settings.CLUSTER_KIND.key(),
            "api",
            Settings.CLUSTER_NAMESPACE.key(),
            namespace,
            Settings.CLUSTER_KUBECONFIG.key(),
            kubeconfig.toString());
    Server server = Server.start(Settings.of(settings), List.of());
    return new BenchServer(
        server,
        Files.readString(home.resolve("api-key")),
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
  }

  CompletableFuture<HttpResponse<String>> call(String method, String path, String body) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.close();
  }
}
