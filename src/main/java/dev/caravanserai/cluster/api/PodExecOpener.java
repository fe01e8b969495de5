package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Starts processes in containers over the WebSockets of an API server: {@code v5.channel.k8s.io}
 * where the server has it, else {@code v4.channel.k8s.io}. Holds no thread and repeats nothing.
 * Thread-safe; client and scheduler are the caller's to close.
 */
public final class PodExecOpener implements ExecOpener {
  private static final String PROTOCOLS = "v5.channel.k8s.io,v4.channel.k8s.io";
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  private final URI master;
  private final HttpClient http;
  private final KubernetesSerialization serialization;
  private final ScheduledExecutorService scheduler;

  /**
   * Uses the connections and credentials of a client.
   *
   * @param scheduler for short waits; its tasks take microseconds
   */
  public PodExecOpener(KubernetesClient client, ScheduledExecutorService scheduler) {
    this.master = URI.create(client.getMasterUrl().toString());
    this.serialization = client.getKubernetesSerialization();
    this.scheduler = scheduler;
    // The client would repeat a failed handshake, and with it perhaps a command that has begun.
    this.http =
        client
            .getHttpClient()
            .newBuilder()
            .tag(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  @Override
  public void open(ExecStart start, ExecListener listener) {
    PodExecSocket socket = new PodExecSocket(start.container(), listener, serialization, scheduler);
    connect(start, socket)
        .whenComplete(
            (opened, error) -> {
              if (error != null) {
                socket.refused(new ExecEnd.Refused(refusal(start, error)));
              }
            });
  }

  /** The client reads credentials before it returns a stage, and throws where it cannot. */
  private CompletableFuture<WebSocket> connect(ExecStart start, PodExecSocket socket) {
    try {
      return http.newWebSocketBuilder()
          .uri(uri(start))
          .subprotocol(PROTOCOLS)
          .connectTimeout(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS)
          .buildAsync(socket);
    } catch (RuntimeException unreachable) {
      return CompletableFuture.failedFuture(unreachable);
    }
  }

  private URI uri(ExecStart start) {
    StringBuilder uri =
        new StringBuilder(master.toString().replaceFirst("/*$", "/"))
            .append("api/v1/namespaces/")
            .append(encoded(start.container().namespace()))
            .append("/pods/")
            .append(encoded(start.container().pod()))
            .append("/exec?container=")
            .append(encoded(start.container().container()))
            .append("&stdin=")
            .append(start.stdin())
            .append("&stdout=true&stderr=")
            .append(!start.tty())
            .append("&tty=")
            .append(start.tty());
    start.command().forEach(word -> uri.append("&command=").append(encoded(word)));
    return URI.create(uri.toString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Failure refusal(ExecStart start, Throwable error) {
    Throwable cause = Causes.of(error);
    if (cause instanceof WebSocketHandshakeException refused) {
      String body =
          refused.getCause() instanceof UpgradeRejectedException rejected
                  && rejected.getBody() != null
              ? rejected.getBody().toString()
              : "";
      return PodExecStatus.refusedHandshake(
          start.container(), refused.getResponse().code(), body, serialization);
    }
    return Failure.of(
        FailureCode.CLUSTER_UNREACHABLE,
        "Exec in "
            + start.container()
            + " could not be requested from "
            + master
            + ": "
            + (cause instanceof FailureException known ? known.failure().message() : cause)
            + ". Check that the cluster answers, and try again.");
  }
}
