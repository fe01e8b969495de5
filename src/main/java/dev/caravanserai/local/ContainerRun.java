package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One container of a pod: its process, its state and its log. Only the kubelet's thread changes it.
 */
final class ContainerRun {
  /** What the kubelet does next, on its own thread. */
  interface Listener {
    void started(ContainerRun run);

    void refused(ContainerRun run, String why);

    void ended(ContainerRun run, int code);
  }

  final JsonNode spec;
  final String name;
  final boolean init;
  Map<String, String> env = Map.of();
  ObjectNode state = waiting("ContainerCreating", "");
  ObjectNode lastState = JsonNodeFactory.instance.objectNode();
  Optional<Process> process = Optional.empty();
  volatile long pid;
  volatile Optional<PodLog> log = Optional.empty();
  volatile Optional<PodLog> previousLog = Optional.empty();
  int restarts;
  int starts;
  boolean ready;
  Instant startedAt = Instant.EPOCH;

  ContainerRun(JsonNode spec, boolean init) {
    this.spec = spec;
    this.name = spec.path("name").asText();
    this.init = init;
  }

  boolean running() {
    return state.has("running");
  }

  boolean terminated() {
    return state.has("terminated");
  }

  int exitCode() {
    return state.at("/terminated/exitCode").asInt(-1);
  }

  String dir() {
    return spec.path("workingDir").asText("/");
  }

  static ObjectNode waiting(String reason, String message) {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    ObjectNode waiting = state.putObject("waiting").put("reason", reason);
    if (!message.isEmpty()) {
      waiting.put("message", message);
    }
    return state;
  }

  void terminated(int code, String reason, String message) {
    pid = 0;
    process = Optional.empty();
    state = JsonNodeFactory.instance.objectNode();
    ObjectNode terminated =
        state.putObject("terminated").put("exitCode", code).put("reason", reason);
    if (!message.isEmpty()) {
      terminated.put("message", message);
    }
    terminated.put("startedAt", seconds(startedAt)).put("finishedAt", seconds(Instant.now()));
    terminated.put("containerID", id());
  }

  /** Starts the process; what becomes of it is told on the kubelet's thread. */
  void start(
      List<String> command, Path folder, Path logFile, KubeletContext node, Listener listener)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(env);
    PodLog fresh = new PodLog(logFile, node.streams());
    Process started = builder.start();
    process = Optional.of(started);
    node.streams().execute(() -> follow(started, fresh, node, listener));
  }

  private void follow(Process started, PodLog fresh, KubeletContext node, Listener listener) {
    try (InputStream in = new BufferedInputStream(started.getInputStream())) {
      ByteArrayOutputStream first = new ByteArrayOutputStream();
      for (int b; (b = in.read()) >= 0 && b != '\n'; ) {
        first.write(b);
      }
      String answer = first.toString(StandardCharsets.UTF_8);
      if (!answer.startsWith("ok ")) {
        String why = answer.startsWith("no ") ? answer.substring(3) : "the sandbox ended early";
        node.run(() -> listener.refused(this, why));
        return;
      }
      long host = Long.parseLong(answer.substring(3).trim());
      node.run(() -> begun(host, fresh, listener));
      fresh.capture(in);
    } catch (IOException e) {
      started.destroyForcibly();
    } finally {
      fresh.end();
    }
    started.onExit().thenAccept(p -> node.run(() -> listener.ended(this, p.exitValue())));
  }

  private void begun(long host, PodLog fresh, Listener listener) {
    pid = host;
    startedAt = Instant.now();
    previousLog = log;
    log = Optional.of(fresh);
    state = JsonNodeFactory.instance.objectNode();
    state.putObject("running").put("startedAt", seconds(startedAt));
    listener.started(this);
  }

  ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode().put("name", name);
    status.set("state", state.deepCopy());
    status.set("lastState", lastState.deepCopy());
    status.put("ready", init ? exitCode() == 0 : running() && ready).put("restartCount", restarts);
    status.put("image", spec.path("image").asText()).put("imageID", "");
    status.put("started", running());
    if (starts > 0) {
      status.put("containerID", id());
    }
    return status;
  }

  private String id() {
    return "local://" + Integer.toHexString(System.identityHashCode(this)) + "-" + starts;
  }

  static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
