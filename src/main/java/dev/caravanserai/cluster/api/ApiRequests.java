package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ConcurrencyLimit;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.URLUtils;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Sends short requests to the API server without holding a thread, at most {@value #AT_ONCE} at
 * once, and counts those that fail. The HTTP client sends again, after a while, what the server was
 * too busy for. Thread-safe.
 */
final class ApiRequests {
  private static final int AT_ONCE = 16;

  private final KubernetesClient client;
  private final HttpClient http;
  private final Executor executor;
  private final ConcurrencyLimit limit = new ConcurrencyLimit(AT_ONCE);
  private final Map<FailureCode, LongAdder> failures = new EnumMap<>(FailureCode.class);

  /**
   * @param executor completes the stages, so that the HTTP client's threads do not
   */
  ApiRequests(KubernetesClient client, Executor executor, ScheduledExecutorService timer) {
    this.client = client;
    this.http =
        client
            .getHttpClient()
            .newBuilder()
            .addOrReplaceInterceptor("retry-after", new RetryAfter(timer))
            .build();
    this.executor = executor;
    for (FailureCode code : FailureCode.values()) {
      failures.put(code, new LongAdder());
    }
  }

  /**
   * @param action for the words of a failure, such as {@code Creating Pod a/b}
   * @param path with the query, from {@code /api} or {@code /apis} on; may block
   * @param body as JSON; empty for none
   * @return the body of the answer; fails with a {@link FailureException} whose cause is the {@link
   *     KubernetesClientException}, if the API server refused
   */
  CompletionStage<String> send(
      String action,
      String method,
      Supplier<String> path,
      String contentType,
      Optional<Object> body) {
    return counted(
        limit
            .run(
                () ->
                    CompletableFuture.supplyAsync(
                            () -> request(method, path.get(), contentType, body), executor)
                        .thenCompose(this::send))
            .handleAsync(
                (response, thrown) -> {
                  if (thrown != null) {
                    throw ApiFailures.of(Causes.of(thrown), action, method);
                  }
                  if (!response.isSuccessful()) {
                    throw ApiFailures.of(refusal(response), action, method);
                  }
                  return response.body();
                },
                executor));
  }

  private HttpRequest request(
      String method, String path, String contentType, Optional<Object> body) {
    return http.newHttpRequestBuilder()
        .uri(URLUtils.join(client.getMasterUrl().toString(), path))
        .method(
            method, contentType, body.map(client.getKubernetesSerialization()::asJson).orElse(null))
        .build();
  }

  private CompletionStage<HttpResponse<String>> send(HttpRequest request) {
    int atMost = client.getConfiguration().getRequestTimeout();
    return http.sendAsync(request, String.class)
        .orTimeout(atMost, TimeUnit.MILLISECONDS)
        .exceptionally(
            thrown -> {
              throw Causes.of(thrown) instanceof TimeoutException
                  ? new KubernetesClientException("no answer within " + atMost / 1000 + " s")
                  : new CompletionException(Causes.of(thrown));
            });
  }

  /** The same stage, with its failure counted. */
  <T> CompletionStage<T> counted(CompletionStage<T> request) {
    return request.whenComplete(
        (done, thrown) -> {
          if (thrown != null && Causes.of(thrown) instanceof FailureException failure) {
            failures.get(failure.failure().code()).increment();
          }
        });
  }

  /** How many requests failed with this code since the start. */
  long failures(FailureCode code) {
    return failures.get(code).sum();
  }

  private KubernetesClientException refusal(HttpResponse<String> response) {
    String body = Optional.ofNullable(response.body()).orElse("");
    try {
      Status status = client.getKubernetesSerialization().unmarshal(body, Status.class);
      if (status != null && status.getMessage() != null) {
        return new KubernetesClientException(status.getMessage(), response.code(), status);
      }
    } catch (RuntimeException e) {
      // The page of a proxy, say: its own words below.
    }
    return new KubernetesClientException(
        "HTTP " + response.code() + " " + response.message() + " " + body.strip(),
        response.code(),
        null);
  }
}
