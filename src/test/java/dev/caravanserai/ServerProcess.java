package dev.caravanserai;

import static org.awaitility.Awaitility.await;

import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A server on the test cluster in a JVM of its own, which can be ended, killed and started again.
 */
final class ServerProcess implements AutoCloseable {
  private static final int STARTS = 3;

  private final Path log;
  private final List<String> command;
  private final Api api;
  private Process process;

  private ServerProcess(Path log, List<String> command, Api api) {
    this.log = log;
    this.command = command;
    this.api = api;
  }

  /** Returns when it is ready; begins again where it ends before, as whatever runs servers does. */
  static ServerProcess start(Map<String, String> settings) throws IOException {
    for (int again = 0; again < STARTS - 1; again++) {
      try {
        return startOnce(settings);
      } catch (EndedException e) {
        continue;
      }
    }
    return startOnce(settings);
  }

  private static ServerProcess startOnce(Map<String, String> settings) throws IOException {
    Path home = Files.createTempDirectory("caravanserai-server");
    Map<String, String> all = TestServer.settings(home);
    all.put(Settings.PORT.key(), String.valueOf(freePort()));
    all.putAll(settings);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    all.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    URI url = URI.create("http://127.0.0.1:" + all.get(Settings.PORT.key()));
    ServerProcess server =
        new ServerProcess(home.resolve("server.log"), command, new Api(url, TestServer.KEY));
    server.startAgain();
    return server;
  }

  /** With the same home and port; returns when it is ready. */
  void startAgain() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new EndedException(log());
              }
              return status("/observe/health/ready") == 200;
            });
  }

  Api api() {
    return api;
  }

  /** What it answers; 0 if it does not. */
  int status(String path) {
    try {
      return api.get(path).status();
    } catch (CompletionException noAnswer) {
      return 0;
    }
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** With kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end, as Kubernetes and systemd do. */
  void terminate() {
    process.destroy();
  }

  boolean ended(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops its sessions, and ends it as an operator would. */
  @Override
  public void close() throws InterruptedException {
    try {
      if (process.isAlive()) {
        api.stopAll();
      }
    } finally {
      terminate();
      if (!ended(Duration.ofSeconds(60))) {
        kill();
      }
    }
  }

  private static final class EndedException extends RuntimeException {
    EndedException(String log) {
      super(log);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
