package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ConcurrencyLimit;
import dev.caravanserai.cluster.LastBytes;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.AsyncUtils;
import io.fabric8.kubernetes.client.utils.ExponentialBackoffIntervalCalculator;
import io.fabric8.kubernetes.client.utils.URLUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Sends requests to the API server without holding a thread, and counts those that fail. Repeats
 * those that the server was too busy for, until the client's request time-out. Thread-safe.
 */
final class ApiRequests {
  private static final int AT_ONCE = 16;
  private static final int REFUSAL_BYTES = 64 * 1024;

  private final KubernetesClient client;
  private final HttpClient http;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final ConcurrencyLimit limit;
  private final Map<FailureCode, LongAdder> failures = new EnumMap<>(FailureCode.class);

  /**
   * @param executor completes the stages, so that the HTTP client's threads do not
   * @param queue most short requests of each tenant that wait to be sent
   */
  ApiRequests(
      KubernetesClient client, Executor executor, ScheduledExecutorService timer, int queue) {
    this.limit = new ConcurrencyLimit(AT_ONCE, queue);
    this.client = client;
    this.http =
        RetryAfter.obeyedBy(client.getHttpClient().newBuilder())
            .tag(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    this.executor = executor;
    this.timer = timer;
    for (FailureCode code : FailureCode.values()) {
      failures.put(code, new LongAdder());
    }
  }

  /**
   * Sends a short request, at most {@value #AT_ONCE} at once; the tenants take turns.
   *
   * @param tenant for which it is sent, empty if that is not known
   * @param action for the words of a failure, such as {@code Creating Pod a/b}
   * @param path with the query, from {@code /api} or {@code /apis} on; may block
   * @param body as JSON; empty for none
   * @return the body of the response; fails with a {@link FailureException} whose cause is the
   *     {@link KubernetesClientException}, if the API server refused; with LIMIT_REACHED if too
   *     many wait
   */
  CompletionStage<String> send(
      String tenant,
      String action,
      String method,
      Supplier<String> path,
      String contentType,
      Optional<Object> body) {
    return counted(
        limit
            .run(tenant, () -> exchange(action, method, path, contentType, body))
            .thenApplyAsync(bytes -> new String(bytes, StandardCharsets.UTF_8), executor));
  }

  /**
   * Opens a response that may be long; such requests do not count against the limit of short ones.
   * The stage, and the reading, fail as those do.
   *
   * @param silent whether it is a failure if no piece arrives within the time of a request
   * @return done when the response has begun
   */
  CompletionStage<ResponseBody> open(String action, String path, BooleanSupplier silent) {
    return CompletableFuture.supplyAsync(
            () -> request("GET", path, null, Optional.empty()), executor)
        .thenCompose(request -> repeated(() -> begin(request, action, silent), ResponseBody::close))
        .exceptionally(
            thrown -> {
              throw ApiFailures.of(Causes.of(thrown), action);
            });
  }

  private CompletableFuture<ResponseBody> begin(
      HttpRequest request, String action, BooleanSupplier silent) {
    ResponseBody body = new ResponseBody(Duration.ofMillis(timeout()), silent, timer, action);
    return http.consumeBytes(request, body::onPieces)
        .thenCompose(
            answer -> {
              body.begin(answer.body());
              return answer.isSuccessful()
                  ? CompletableFuture.completedFuture(body)
                  : LastBytes.of(body, REFUSAL_BYTES, added -> {})
                      .toCompletableFuture()
                      .orTimeout(timeout(), TimeUnit.MILLISECONDS)
                      .whenComplete((words, thrown) -> body.close())
                      .thenApply(words -> this.<ResponseBody>refuse(answer, words));
            });
  }

  /**
   * Repeats a request that did not reach the API server, or that the server was too busy for, until
   * the time of a request is over. The HTTP client does not do that here: it would cancel each
   * refusal after the wait, and so close a connection that may serve another request by then.
   *
   * @param attempt sends the request and reads its refusal to the end
   * @param unwanted for the result of an attempt that comes too late
   */
  private <T> CompletableFuture<T> repeated(
      Supplier<CompletableFuture<T>> attempt, Consumer<T> unwanted) {
    return AsyncUtils.retryWithExponentialBackoff(
            attempt,
            unwanted,
            null,
            ExponentialBackoffIntervalCalculator.from(client.getConfiguration().getRequestConfig()),
            (done, thrown, pause) -> isWorthARepetition(Causes.of(thrown)) ? pause : -1)
        .orTimeout(timeout(), TimeUnit.MILLISECONDS)
        .exceptionally(
            thrown -> {
              throw new CompletionException(
                  Causes.of(thrown) instanceof TimeoutException
                      ? new KubernetesClientException("no answer within " + timeout() / 1000 + " s")
                      : Causes.of(thrown));
            });
  }

  private static boolean isWorthARepetition(Throwable thrown) {
    return thrown instanceof IOException
        || thrown instanceof KubernetesClientException refusal
            && (refusal.getCode() == 429 || refusal.getCode() >= 500);
  }

  private int timeout() {
    return client.getConfiguration().getRequestTimeout();
  }

  private CompletionStage<byte[]> exchange(
      String action,
      String method,
      Supplier<String> path,
      String contentType,
      Optional<Object> body) {
    return CompletableFuture.supplyAsync(
            () -> request(method, path.get(), contentType, body), executor)
        .thenCompose(request -> repeated(() -> exchange(request), late -> {}))
        .exceptionally(
            thrown -> {
              throw ApiFailures.of(Causes.of(thrown), action, method);
            });
  }

  private HttpRequest request(
      String method, String path, String contentType, Optional<Object> body) {
    return http.newHttpRequestBuilder()
        .uri(URLUtils.join(client.getMasterUrl().toString(), path))
        .method(
            method, contentType, body.map(client.getKubernetesSerialization()::asJson).orElse(null))
        .build();
  }

  private CompletableFuture<byte[]> exchange(HttpRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<AsyncBody>> response =
        http.consumeBytes(
            request,
            (pieces, rest) -> {
              WritableByteChannel all = Channels.newChannel(bytes);
              for (ByteBuffer piece : pieces) {
                all.write(piece);
              }
              rest.consume();
            });
    return response
        .thenCompose(
            answer -> {
              answer.body().consume();
              return answer.body().done().thenApply(done -> answer);
            })
        .orTimeout(timeout(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (answer, thrown) -> {
              if (thrown != null) {
                response.cancel(false);
                response.thenAccept(late -> late.body().cancel()); // closes the connection
              }
            })
        .thenApply(answer -> body(answer, bytes.toByteArray()));
  }

  private byte[] body(HttpResponse<?> answer, byte[] body) {
    return answer.isSuccessful() ? body : refuse(answer, body);
  }

  private <T> T refuse(HttpResponse<?> answer, byte[] words) {
    throw ApiFailures.refusal(
        client.getKubernetesSerialization(), answer, new String(words, StandardCharsets.UTF_8));
  }

  /** The same stage, with its failure counted. */
  <T> CompletionStage<T> counted(CompletionStage<T> request) {
    return request.whenComplete(
        (done, thrown) ->
            Causes.failure(thrown).ifPresent(failure -> failures.get(failure.code()).increment()));
  }

  /** How many requests wait to be sent. */
  int waiting() {
    return limit.waiting();
  }

  /** How many requests failed with this code since the start. */
  long failures(FailureCode code) {
    return failures.get(code).sum();
  }
}
