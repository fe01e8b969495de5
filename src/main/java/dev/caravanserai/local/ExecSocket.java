package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * {@code pods/{name}/exec}: validates the request, upgrades it to a WebSocket and starts the
 * process.
 *
 * @param pool for writes to standard input, which block until the process reads
 * @param starts few threads, which limits concurrent process starts
 */
record ExecSocket(ProcessKubelet kubelet, ExecutorService pool, ExecutorService starts) {
  static final List<String> PROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");

  void serve(Call call, JsonNode pod) {
    if (!call.wantsWebSocket()) {
      throw ApiError.bad(
          "the local cluster serves exec over a WebSocket only: use kubectl 1.30 or newer, or"
              + " KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true");
    } else if (PROTOCOLS.stream().noneMatch(call.header("Sec-WebSocket-Protocol")::contains)) {
      throw ApiError.bad("unsupported exec protocol: the local cluster supports " + PROTOCOLS);
    }
    boolean tty = call.flag("tty");
    List<String> argv = call.texts("command");
    ExecSession.Options options =
        new ExecSession.Options(
            argv, call.flag("stdin"), call.flag("stdout"), call.flag("stderr") && !tty, tty);
    if (argv.isEmpty()) {
      throw ApiError.bad("you must specify at least 1 command for the container");
    } else if (!options.stdin() && !options.stdout() && !call.flag("stderr")) {
      throw ApiError.bad("you must specify at least 1 of stdin, stdout, stderr");
    }
    ContainerRun container = kubelet.container(pod, call.text("container"));
    if (container.pid() == 0) {
      String message = "unable to upgrade connection: container not found (\"%s\")";
      throw ApiError.internal(message.formatted(container.name));
    }
    call.request()
        .toWebSocket()
        .onSuccess(
            socket -> {
              ExecSession session = new ExecSession(kubelet.node(), pool, socket, options);
              starts.execute(() -> session.start(container));
            });
  }
}
