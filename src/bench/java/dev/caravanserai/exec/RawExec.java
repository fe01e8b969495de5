package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** {@code true} in a container over one WebSocket of the client, with nothing of ours around it. */
public final class RawExec implements WebSocket.Listener {
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private RawExec() {}

  public static CompletableFuture<Void> run(KubernetesClient client, ContainerRef container) {
    RawExec exec = new RawExec();
    String uri =
        "%sapi/v1/namespaces/%s/pods/%s/exec?container=%s&stdout=true&stderr=true&command=true"
            .formatted(
                client.getMasterUrl(),
                container.namespace(),
                container.pod(),
                container.container());
    client
        .getHttpClient()
        .newWebSocketBuilder()
        .uri(URI.create(uri))
        .subprotocol("v5.channel.k8s.io,v4.channel.k8s.io")
        .buildAsync(exec)
        .exceptionally(
            error -> {
              exec.done.completeExceptionally(error);
              return null;
            });
    return exec.done;
  }

  @Override
  public void onMessage(WebSocket socket, ByteBuffer bytes) {
    if (bytes.remaining() > 1 && bytes.get(bytes.position()) == 3) {
      String status = StandardCharsets.UTF_8.decode(bytes).toString();
      if (status.contains("Success")) {
        done.complete(null);
      } else {
        done.completeExceptionally(new IllegalStateException(status));
      }
    }
    socket.request();
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason) {
    socket.sendClose(code, reason);
    done.completeExceptionally(new IllegalStateException("closed: " + code + reason));
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    done.completeExceptionally(error);
  }
}
