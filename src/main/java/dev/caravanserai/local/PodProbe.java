package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a container once whether it is ready: by exec, httpGet or tcpSocket. Blocks nobody. */
final class PodProbe {
  private PodProbe() {}

  static CompletableFuture<Boolean> ask(
      JsonNode probe, ContainerRun run, Sandbox sandbox, HttpClient http) {
    int timeout = probe.path("timeoutSeconds").asInt(1);
    CompletableFuture<Boolean> answer;
    if (probe.has("exec")) {
      answer = exec(probe.at("/exec/command"), run, sandbox, timeout);
    } else if (probe.has("httpGet")) {
      JsonNode get = probe.path("httpGet");
      String path = get.path("path").asText("/");
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:%d%s"
                          .formatted(
                              port(get, run.spec), path.startsWith("/") ? path : "/" + path)))
              .timeout(Duration.ofSeconds(timeout))
              .build();
      answer =
          http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .thenApply(r -> r.statusCode() >= 200 && r.statusCode() < 400);
    } else if (probe.has("tcpSocket")) {
      answer = connect(port(probe.path("tcpSocket"), run.spec));
    } else {
      answer = CompletableFuture.completedFuture(true);
    }
    return answer.completeOnTimeout(false, timeout, TimeUnit.SECONDS).exceptionally(e -> false);
  }

  private static CompletableFuture<Boolean> exec(
      JsonNode command, ContainerRun run, Sandbox sandbox, int timeout) {
    List<String> argv = new ArrayList<>();
    command.forEach(a -> argv.add(a.asText()));
    if (argv.isEmpty() || sandbox.cannotRun(run.pid, argv.get(0), run.env, run.dir()).isPresent()) {
      return CompletableFuture.completedFuture(false);
    }
    ProcessBuilder builder =
        new ProcessBuilder(sandbox.beside(run.pid, run.dir(), argv, java.util.Optional.empty()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(run.env);
    try {
      Process process = builder.start();
      process
          .onExit()
          .orTimeout(timeout, TimeUnit.SECONDS)
          .whenComplete(
              (p, late) -> {
                if (late != null) {
                  process.descendants().forEach(ProcessHandle::destroyForcibly);
                  process.destroyForcibly();
                }
              });
      return process.onExit().thenApply(p -> p.exitValue() == 0);
    } catch (IOException e) {
      return CompletableFuture.completedFuture(false);
    }
  }

  private static CompletableFuture<Boolean> connect(int port) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    try {
      AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
      answer.whenComplete((a, e) -> close(channel));
      channel.connect(
          new InetSocketAddress("127.0.0.1", port),
          ByteBuffer.allocate(0),
          new CompletionHandler<>() {
            @Override
            public void completed(Void result, ByteBuffer unused) {
              answer.complete(true);
            }

            @Override
            public void failed(Throwable error, ByteBuffer unused) {
              answer.complete(false);
            }
          });
    } catch (IOException e) {
      answer.complete(false);
    }
    return answer;
  }

  private static void close(AsynchronousSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // nothing was sent on it
    }
  }

  private static int port(JsonNode target, JsonNode container) {
    JsonNode port = target.path("port");
    for (JsonNode named : container.path("ports")) {
      if (named.path("name").asText().equals(port.asText())) {
        return named.path("containerPort").asInt();
      }
    }
    return port.asInt();
  }
}
