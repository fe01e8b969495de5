package dev.caravanserai;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server on the test cluster in another JVM, which can be terminated, killed and restarted. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("is ready at (\\S+)\\s");

  private final Path log;
  private final List<String> command;
  private Api api;
  private Process process;

  private ServerProcess(Path log, List<String> command) {
    this.log = log;
    this.command = command;
  }

  /**
   * Starts the server; returns when it is ready.
   *
   * @param files route files
   * @throws IllegalStateException with all that it wrote, if it ends instead
   */
  static ServerProcess start(Map<String, String> settings, String... files) throws IOException {
    Path home = Files.createTempDirectory("caravanserai-server");
    Map<String, String> all = TestServer.settings(home);
    all.putAll(settings);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    all.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(files));
    ServerProcess server = new ServerProcess(home.resolve("server.log"), command);
    server.startAgain();
    return server;
  }

  /** Restarts it with the same home on another port; returns when it is ready. */
  void startAgain() throws IOException {
    Files.deleteIfExists(log);
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    await()
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(
                    log(), new IOException("exit code " + process.exitValue()));
              }
              return url().isPresent();
            });
    Api before = api;
    api = new Api(url().get(), TestServer.KEY);
    if (before != null) {
      api.takeOver(before);
    }
  }

  /** Its URL, once it is ready. */
  private Optional<URI> url() throws IOException {
    Matcher ready = READY.matcher(log());
    return ready.find() ? Optional.of(URI.create(ready.group(1))) : Optional.empty();
  }

  Api api() {
    return api;
  }

  /** The status of a response; 0 without a response. */
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

  /** Ends it with KILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends TERM, as Kubernetes and systemd do. */
  void terminate() {
    process.destroy();
  }

  boolean ended(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops its sessions, then terminates it. */
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
}
