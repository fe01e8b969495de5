package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A stand-in for the kubelet: every pod runs at once, execs are plain processes, logs are fixed.
 */
final class HostRuntime implements PodRuntime, AutoCloseable {
  private final AutoCloseable watch;

  HostRuntime(ObjectStore store) {
    watch =
        store.onChange(
            Kind.POD,
            change -> {
              ObjectNode pod = change.object();
              String namespace = pod.at("/metadata/namespace").asText();
              String name = pod.at("/metadata/name").asText();
              if (change.type() == ObjectStore.Change.Type.ADDED) {
                store.update(Kind.POD, namespace, name, HostRuntime::running);
              } else if (change.type() == ObjectStore.Change.Type.MODIFIED
                  && pod.at("/metadata").hasNonNull("deletionTimestamp")) {
                store.remove(Kind.POD, namespace, name);
              }
            });
  }

  private static ObjectNode running(ObjectNode pod) {
    pod.withObject("/spec").put("nodeName", "local");
    ObjectNode status = pod.withObject("/status").put("phase", "Running").put("podIP", "127.0.0.1");
    status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
    var statuses = status.putArray("containerStatuses");
    pod.at("/spec/containers")
        .forEach(
            c -> {
              ObjectNode one = statuses.addObject();
              one.put("name", c.path("name").asText()).put("ready", true).put("restartCount", 0);
              one.putObject("state").putObject("running");
            });
    return pod;
  }

  @Override
  public PodProcess exec(
      String namespace,
      String pod,
      String container,
      List<String> argv,
      boolean stdin,
      boolean tty) {
    try {
      Process process = new ProcessBuilder(argv).start();
      return new PodProcess() {
        @Override
        public OutputStream stdin() {
          return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
          return process.getInputStream();
        }

        @Override
        public InputStream stderr() {
          return process.getErrorStream();
        }

        @Override
        public void resize(int columns, int rows) {}

        @Override
        public CompletableFuture<Integer> exit() {
          return process.onExit().thenApply(Process::exitValue);
        }
      };
    } catch (IOException e) {
      throw new ApiError(500, "InternalError", "exec: \"" + argv.get(0) + "\": not found");
    }
  }

  @Override
  public AutoCloseable logs(
      String namespace, String pod, String container, LogQuery query, LogSink sink) {
    if (query.previous()) {
      throw new ApiError(
          400, "BadRequest", "previous terminated container \"" + container + "\" not found");
    }
    String[] lines = {"one", "two", "three"};
    int first = Math.max(0, 3 - query.tailLines().orElse(3));
    for (int i = first; i < lines.length; i++) {
      sink.write((lines[i] + "\n").getBytes(StandardCharsets.UTF_8));
    }
    sink.end();
    return () -> {};
  }

  @Override
  public void close() throws Exception {
    watch.close();
  }
}
