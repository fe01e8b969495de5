package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.URLUtils;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads container logs byte for byte, without holding a thread. */
final class PodLogs {
  private final KubernetesClient client;

  PodLogs(KubernetesClient client) {
    this.client = client;
  }

  CompletionStage<byte[]> read(ContainerRef container, LogQuery query) {
    HttpRequest request =
        client.getHttpClient().newHttpRequestBuilder().url(url(container, query)).build();
    return client
        .getHttpClient()
        .sendAsync(request, byte[].class)
        .thenApply(response -> body(container, response))
        .exceptionally(
            thrown -> {
              throw ApiFailures.of(Causes.of(thrown), "Reading the log of " + container);
            });
  }

  private URL url(ContainerRef container, LogQuery query) {
    URLUtils.URLBuilder url =
        new URLUtils.URLBuilder(
            URLUtils.join(
                client.getMasterUrl().toString(),
                "api/v1/namespaces",
                container.namespace(),
                "pods",
                container.pod(),
                "log"));
    url.addQueryParameter("container", container.container());
    url.addQueryParameter("limitBytes", String.valueOf(query.limitBytes()));
    query.tail().ifPresent(tail -> url.addQueryParameter("tailLines", String.valueOf(tail)));
    query.since().ifPresent(since -> url.addQueryParameter("sinceTime", since.toString()));
    if (query.timestamps()) {
      url.addQueryParameter("timestamps", "true");
    }
    if (query.previous()) {
      url.addQueryParameter("previous", "true");
    }
    try {
      return new URL(url.toString());
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private byte[] body(ContainerRef container, HttpResponse<byte[]> response) {
    byte[] body = response.body() == null ? new byte[0] : response.body();
    if (response.isSuccessful()) {
      return body;
    }
    String words = words(new String(body, StandardCharsets.UTF_8).strip());
    FailureCode code =
        switch (response.code()) {
          case 404 -> FailureCode.NOT_FOUND;
          case 400 ->
              PodExecStatus.noSuchContainer(words) ? FailureCode.NOT_FOUND : FailureCode.CONFLICT;
          case 401, 403 -> FailureCode.FORBIDDEN;
          default -> FailureCode.CLUSTER_UNREACHABLE;
        };
    throw Failure.of(code, "The log of %s cannot be read: %s".formatted(container, words))
        .asException();
  }

  /** The message of a Status; what is none (a proxy's page, say) as it is. */
  private String words(String answer) {
    try {
      Status status = client.getKubernetesSerialization().unmarshal(answer, Status.class);
      return Optional.ofNullable(status).map(Status::getMessage).orElse(answer);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      return answer;
    }
  }
}
