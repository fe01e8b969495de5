package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One container of a pod: its state, process and logs. Changed by the kubelet thread only. */
final class ContainerRun {
  private final String podUid;
  final JsonNode spec;
  final String name;
  Map<String, String> env = Map.of();
  Optional<Process> process = Optional.empty();
  final BackOff backOff = new BackOff();
  int restarts;
  int starts;
  private volatile ObjectNode state = Json.object();
  private volatile long pid;
  private volatile Optional<PodLog> log = Optional.empty();
  private volatile Optional<PodLog> previousLog = Optional.empty();
  private ObjectNode lastState = Json.object();
  private Instant startedAt = Instant.EPOCH;

  ContainerRun(String podUid, JsonNode spec) {
    this.podUid = podUid;
    this.spec = spec;
    this.name = spec.path("name").asText();
    waits("ContainerCreating", "");
  }

  boolean running() {
    return state.has("running");
  }

  /** Whether it has a process, which may still be starting. */
  boolean alive() {
    return process.isPresent();
  }

  /** Whether it is waiting for its first start. */
  boolean neverRan() {
    return state.has("waiting") && lastState.isEmpty();
  }

  boolean terminated() {
    return state.has("terminated");
  }

  int exitCode() {
    return state.at("/terminated/exitCode").asInt(-1);
  }

  String dir() {
    return Path.of("/" + spec.path("workingDir").asText()).normalize().toString();
  }

  /** Process id of its first process on the host; 0 if it is not running. */
  long pid() {
    return pid;
  }

  /**
   * @throws ApiError 400 if there is none
   */
  PodLog logOf(boolean previous) {
    String reason = state.at("/waiting/reason").asText("ContainerCreating");
    String none =
        previous
            ? "previous terminated container \"%s\" not found".formatted(name)
            : "container \"%s\" is waiting to start: %s".formatted(name, reason);
    return (previous ? previousLog : log).orElseThrow(() -> ApiError.bad(none));
  }

  void waits(String reason, String message) {
    become("waiting", Json.object().put("reason", reason), message);
  }

  void runs(long hostPid, PodLog written) {
    pid = hostPid;
    startedAt = Instant.now();
    previousLog = log;
    log = Optional.of(written);
    become("running", Json.object().put("startedAt", seconds(startedAt)), "");
  }

  void ended(int code, String reason, String message) {
    startedAt = pid == 0 ? Instant.now() : startedAt;
    pid = 0;
    process = Optional.empty();
    ObjectNode how = Json.object().put("exitCode", code).put("reason", reason);
    how.put("startedAt", seconds(startedAt)).put("finishedAt", seconds(Instant.now()));
    become("terminated", how.put("containerID", id()), message);
  }

  private void become(String what, ObjectNode how, String message) {
    if (!message.isEmpty()) {
      how.put("message", message);
    }
    lastState = terminated() ? state : lastState;
    ObjectNode next = Json.object();
    next.set(what, how);
    state = next;
  }

  /** Time since its last start. */
  Duration ran() {
    return Duration.between(startedAt, Instant.now());
  }

  /** Sends TERM or KILL; always KILL while it is being started. */
  void signal(boolean kill) {
    Optional<ProcessHandle> first = pid > 0 ? ProcessHandle.of(pid) : Optional.empty();
    if (first.isEmpty()) {
      process.ifPresent(Process::destroyForcibly);
    } else if (kill) {
      first.get().destroyForcibly();
    } else {
      first.get().destroy();
    }
  }

  /**
   * Starts a program in the container.
   *
   * @param terminalSize the file with the size of its terminal, if it has one
   */
  Process exec(Sandbox sandbox, List<String> argv, Optional<Path> terminalSize) throws IOException {
    Map<String, String> seen = new LinkedHashMap<>(env);
    terminalSize.ifPresent(size -> seen.put("TERM", "xterm"));
    ProcessBuilder process = sandbox.beside(pid, dir(), argv, seen, terminalSize);
    if (!sandbox.isolated()) {
      process.directory(Path.of("/proc/%d/cwd".formatted(pid)).toRealPath().toFile());
    }
    return process.start();
  }

  ObjectNode status() {
    ObjectNode status = Json.object().put("name", name);
    status.set("state", state.deepCopy());
    status.set("lastState", lastState.deepCopy());
    status.put("ready", running()).put("restartCount", restarts);
    status.put("image", spec.path("image").asText()).put("imageID", "");
    status.put("started", running()).put("containerID", starts > 0 ? id() : "");
    return status;
  }

  private String id() {
    return "local://" + podUid + "-" + name + "-" + starts;
  }

  static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
