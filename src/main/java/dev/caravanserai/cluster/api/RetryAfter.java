package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Holds a refusal back for as long as {@code Retry-After} says, 10 s at most, so that every retry
 * comes after that. The client obeys the header for its own retries only, and only in that
 * spelling; HTTP/2 has header names in lower case. When the client repeats a request after that, it
 * cancels the refusal and so closes its connection; {@link ApiRequests} repeats requests itself.
 */
final class RetryAfter implements Interceptor {
  private static final Set<Integer> BUSY = Set.of(429, 503);
  private static final long LONGEST_SECONDS = 10;

  private RetryAfter() {}

  /** Returns the builder. */
  static <T extends HttpClient.DerivedClientBuilder> T obeyedBy(T client) {
    client.addOrReplaceInterceptor("retry-after", new RetryAfter());
    return client;
  }

  @Override
  public CompletableFuture<Boolean> afterFailure(
      BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
    boolean sendAtOnce = false;
    return new CompletableFuture<Boolean>()
        .completeOnTimeout(sendAtOnce, seconds(response), TimeUnit.SECONDS);
  }

  private static long seconds(HttpResponse<?> response) {
    if (!BUSY.contains(response.code())) {
      return 0;
    }
    return response.headers().entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase("Retry-After"))
        .map(Map.Entry::getValue)
        .flatMap(List::stream)
        .filter(value -> value.matches("[0-9]{1,4}"))
        .mapToLong(Long::parseLong)
        .map(seconds -> Math.min(seconds, LONGEST_SECONDS))
        .findFirst()
        .orElse(0);
  }
}
