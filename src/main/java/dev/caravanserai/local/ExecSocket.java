package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * {@code pods/{name}/exec}: checks the request, upgrades it and starts the process.
 *
 * @param pool for standard input that a process does not read yet
 * @param starts few threads: many execs at once start one after the other, instead of all slowly
 */
record ExecSocket(ProcessKubelet kubelet, ExecutorService pool, ExecutorService starts) {

  void serve(HttpServerRequest request, JsonNode pod, Query query) {
    String upgrade = Optional.ofNullable(request.getHeader("Upgrade")).orElse("no upgrade");
    String offered = Optional.ofNullable(request.getHeader("Sec-WebSocket-Protocol")).orElse("");
    if (!upgrade.equalsIgnoreCase("websocket")) {
      throw ApiError.bad(
          "the local cluster serves exec over a WebSocket only (%s was asked for): use kubectl 1.30"
                  .formatted(upgrade)
              + " or newer, or KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true");
    }
    if (!offered.contains("v5.channel.k8s.io") && !offered.contains("v4.channel.k8s.io")) {
      throw ApiError.bad("of exec protocols v5.channel.k8s.io and v4.channel.k8s.io are served");
    }
    List<String> argv = query.texts("command");
    if (argv.isEmpty()) {
      throw ApiError.bad("you must specify at least 1 command for the container");
    }
    boolean tty = query.flag("tty");
    ExecSession.Wanted wanted =
        new ExecSession.Wanted(
            argv, query.flag("stdin"), query.flag("stdout"), query.flag("stderr") && !tty, tty);
    if (!wanted.stdin() && !wanted.stdout() && !query.flag("stderr")) {
      throw ApiError.bad("you must specify at least 1 of stdin, stdout, stderr");
    }
    ContainerRun container = kubelet.container(pod, query.text("container"));
    if (container.pid() == 0) {
      throw new ApiError(
          500,
          "InternalError",
          "unable to upgrade connection: container not found (\"%s\")".formatted(container.name));
    }
    request
        .toWebSocket()
        .onSuccess(
            socket -> {
              ExecSession session = new ExecSession(kubelet.node(), pool, socket, wanted);
              starts.execute(() -> session.start(container));
            });
  }
}
