package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** {@code pods/{name}/exec}: checks the request, upgrades it and starts the process. */
final class ExecSocket {
  private final PodRuntime kubelet;
  private final ExecutorService pool;
  private final ExecutorService starts;

  /**
   * @param pool for streams
   * @param starts few threads: many execs at once start one after the other, instead of all slowly
   */
  ExecSocket(PodRuntime kubelet, ExecutorService pool, ExecutorService starts) {
    this.kubelet = kubelet;
    this.pool = pool;
    this.starts = starts;
  }

  void serve(HttpServerRequest request, JsonNode pod, Query query) {
    String upgrade = Optional.ofNullable(request.getHeader("Upgrade")).orElse("");
    String offered = Optional.ofNullable(request.getHeader("Sec-WebSocket-Protocol")).orElse("");
    if (!upgrade.equalsIgnoreCase("websocket")) {
      throw bad(
          "the local cluster serves exec over a WebSocket only (%s was asked for): use kubectl 1.30"
                  .formatted(upgrade.isEmpty() ? "no upgrade" : upgrade)
              + " or newer, or KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true");
    }
    if (!offered.contains("v5.channel.k8s.io") && !offered.contains("v4.channel.k8s.io")) {
      throw bad("of exec protocols v5.channel.k8s.io and v4.channel.k8s.io are served");
    }
    List<String> argv = query.texts("command");
    if (argv.isEmpty()) {
      throw bad("you must specify at least 1 command for the container");
    }
    boolean stdin = query.flag("stdin");
    boolean tty = query.flag("tty");
    if (!stdin && !query.flag("stdout") && !query.flag("stderr")) {
      throw bad("you must specify at least 1 of stdin, stdout, stderr");
    }
    String container = TargetContainer.of(pod, query.text("container"));
    running(pod, container);
    request
        .toWebSocket()
        .onSuccess(
            socket -> {
              ExecSession session =
                  new ExecSession(
                      socket, pool, stdin, query.flag("stdout"), query.flag("stderr") && !tty);
              starts.execute(
                  () ->
                      session.run(
                          () ->
                              kubelet.exec(
                                  pod.at("/metadata/namespace").asText(),
                                  pod.at("/metadata/name").asText(),
                                  container,
                                  argv,
                                  stdin,
                                  tty)));
            });
  }

  private static void running(JsonNode pod, String container) {
    String name = pod.at("/metadata/name").asText();
    if (pod.at("/spec/nodeName").asText("").isEmpty()) {
      throw bad("pod %s does not have a host assigned".formatted(name));
    }
    for (String list : List.of("containerStatuses", "initContainerStatuses")) {
      for (JsonNode status : pod.path("status").path(list)) {
        if (status.path("name").asText().equals(container)
            && status.path("state").hasNonNull("running")) {
          return;
        }
      }
    }
    throw new ApiError(
        500,
        "InternalError",
        "unable to upgrade connection: container not found (\"%s\")".formatted(container));
  }

  private static ApiError bad(String message) {
    return new ApiError(400, "BadRequest", message);
  }
}
