package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * {@code pods/{name}/exec}: checks the request, upgrades it and starts the process.
 *
 * @param pool for standard input that a process does not read yet
 * @param starts few threads: many execs at once start one after the other, instead of all slowly
 */
record ExecSocket(ProcessKubelet kubelet, ExecutorService pool, ExecutorService starts) {
  static final List<String> PROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");

  void serve(Call call, JsonNode pod) {
    if (!call.wantsWebSocket()) {
      throw ApiError.bad(
          "the local cluster serves exec over a WebSocket only: use kubectl 1.30 or newer, or"
              + " KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true");
    } else if (PROTOCOLS.stream().noneMatch(call.header("Sec-WebSocket-Protocol")::contains)) {
      throw ApiError.bad("of exec protocols " + PROTOCOLS + " are served");
    }
    boolean tty = call.flag("tty");
    List<String> argv = call.texts("command");
    ExecSession.Wanted wanted =
        new ExecSession.Wanted(
            argv, call.flag("stdin"), call.flag("stdout"), call.flag("stderr") && !tty, tty);
    if (argv.isEmpty()) {
      throw ApiError.bad("you must specify at least 1 command for the container");
    } else if (!wanted.stdin() && !wanted.stdout() && !call.flag("stderr")) {
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
              ExecSession session = new ExecSession(kubelet.node(), pool, socket, wanted);
              starts.execute(() -> session.start(container));
            });
  }
}
