package dev.caravanserai;

import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server in this JVM for a test class, on the test cluster. */
final class TestServer implements BeforeAllCallback, AfterAllCallback {
  static final String KEY = "c0ffee".repeat(10) + "beef";

  private final Map<String, String> settings;
  private final List<String> files;
  private Server server;
  private Api api;

  /**
   * @param files route files
   */
  TestServer(Map<String, String> settings, String... files) {
    this.settings = settings;
    this.files = List.of(files);
  }

  TestServer() {
    this(Map.of());
  }

  /** Settings for a server on the test cluster with the API key {@link #KEY}. */
  static Map<String, String> settings(Path home) throws IOException {
    Path key = home.resolve("api-key");
    Files.writeString(key, KEY);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Map<String, String> all = new HashMap<>();
    all.put(Settings.PORT.key(), "0");
    all.put(Settings.HOME.key(), home.toString());
    all.put(Settings.CLUSTER_KIND.key(), "api");
    all.put(Settings.CLUSTER_NAMESPACE.key(), TestCluster.NAMESPACE);
    all.put(Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig().toString());
    return all;
  }

  /** The same with a file of API keys. */
  static Map<String, String> settings(Path home, String keys) throws IOException {
    Path file = home.resolve("keys.yaml");
    Files.writeString(file, keys);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Map<String, String> settings = settings(home);
    settings.put(Settings.API_KEYS_FILE.key(), file.toString());
    return settings;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Map<String, String> all = settings(home());
    all.putAll(settings);
    server = Server.start(Settings.of(all), files);
    api = new Api(server.url(), KEY);
  }

  private static Path home() throws IOException {
    return Files.createTempDirectory("caravanserai-home");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (server != null) {
      try {
        api.stopAll();
      } finally {
        server.close();
      }
    }
  }

  Api api() {
    return api;
  }

  Server server() {
    return server;
  }
}
