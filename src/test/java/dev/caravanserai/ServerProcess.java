package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A server in a JVM of its own on the test cluster, to be stopped from outside and started again.
 */
final class ServerProcess implements AutoCloseable {
  private final Path home;
  private final int port;
  private final Map<String, String> settings;
  private final Api api;
  private Process process;

  private ServerProcess(Path home, int port, Map<String, String> settings) {
    this.home = home;
    this.port = port;
    this.settings = settings;
    this.api = new Api(URI.create("http://127.0.0.1:" + port), TestServer.KEY);
  }

  /** Ready when this returns. */
  static ServerProcess start(Map<String, String> own) throws IOException {
    Path home = Files.createTempDirectory("caravanserai-process");
    Map<String, String> settings = new HashMap<>(TestServer.settings(home));
    settings.putAll(own);
    ServerProcess server = new ServerProcess(home, freePort(), settings);
    server.startAgain();
    return server;
  }

  void startAgain() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-Dcaravanserai.port=" + port);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("server.log").toFile()))
            .start();
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(process.isAlive()).as("the server runs; see %s", home).isTrue();
              return status("/observe/health/ready") == 200;
            });
  }

  /** What it answers; 0 if it does not. */
  int status(String path) {
    try {
      return api.get(path).status();
    } catch (CompletionException noAnswer) {
      return 0;
    }
  }

  Api api() {
    return api;
  }

  /** Asks it to end, as Kubernetes and systemd do. */
  void terminate() {
    process.destroy();
  }

  boolean ended(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  String log() throws IOException {
    return Files.readString(home.resolve("server.log"));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!ended(Duration.ofSeconds(30))) {
      process.destroyForcibly().waitFor();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
