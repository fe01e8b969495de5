package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.Logs;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.URLUtils;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Reads container logs byte for byte, as fast as their readers, without holding a thread.
 *
 * @param silent whether the cluster does not answer for a namespace: then a log that is followed
 *     breaks off if nothing comes, which otherwise may last for any time
 */
record PodLogs(ApiRequests requests, Predicate<String> silent) implements Logs {

  @Override
  public CompletionStage<ByteSource> open(ContainerRef container, LogQuery query) {
    return requests.counted(
        requests
            .open(
                "Reading the log of " + container,
                path(container, query),
                () -> !query.follow() || silent.test(container.namespace()))
            .thenCompose(log -> PodLog.of(log, query.follow(), container.toString()))
            .exceptionally(
                thrown -> {
                  throw refused(container, thrown);
                }));
  }

  private static String path(ContainerRef container, LogQuery query) {
    URLUtils.URLBuilder url =
        new URLUtils.URLBuilder(
            URLUtils.join(
                "http://api/v1/namespaces", container.namespace(), "pods", container.pod(), "log"));
    url.addQueryParameter("container", container.container());
    query.tail().ifPresent(tail -> url.addQueryParameter("tailLines", String.valueOf(tail)));
    query.since().ifPresent(since -> url.addQueryParameter("sinceTime", since.toString()));
    if (query.timestamps()) {
      url.addQueryParameter("timestamps", "true");
    }
    if (query.previous()) {
      url.addQueryParameter("previous", "true");
    }
    if (query.follow()) {
      url.addQueryParameter("follow", "true");
    }
    return url.toString().substring("http:/".length());
  }

  /** 400 is the response for a container that is unknown or has no log yet. */
  private static RuntimeException refused(ContainerRef container, Throwable thrown) {
    if (Causes.of(thrown).getCause() instanceof KubernetesClientException refusal
        && refusal.getCode() == 400) {
      String words = refusal.getMessage();
      return Failure.of(
              PodExecStatus.noSuchContainer(words) ? FailureCode.NOT_FOUND : FailureCode.CONFLICT,
              "The log of %s cannot be read: %s".formatted(container, words))
          .asException();
    }
    return ApiFailures.of(Causes.of(thrown), "Reading the log of " + container);
  }
}
