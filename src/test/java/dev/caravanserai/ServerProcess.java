package dev.caravanserai;

import static org.awaitility.Awaitility.await;

import dev.caravanserai.settings.Settings;
import java.io.File;
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

/** A server on the test cluster in a JVM of its own, which can be killed. */
final class ServerProcess implements AutoCloseable {
  private static final int STARTS = 3;

  private final Process process;
  private final Api api;

  private ServerProcess(Process process, Api api) {
    this.process = process;
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
    File log = home.resolve("server.log").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    URI url = URI.create("http://127.0.0.1:" + all.get(Settings.PORT.key()));
    ServerProcess server = new ServerProcess(process, new Api(url, TestServer.KEY));
    server.awaitReady(log.toPath());
    return server;
  }

  Api api() {
    return api;
  }

  /** With kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Stops its sessions, and ends it as an operator would. */
  @Override
  public void close() throws InterruptedException {
    try {
      if (process.isAlive()) {
        api.stopAll();
      }
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private void awaitReady(Path log) {
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new EndedException(Files.readString(log));
              }
              try {
                return api.get("/observe/health/ready").status() == 200;
              } catch (CompletionException notYet) {
                return false;
              }
            });
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
