package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Holds a refusal back for as long as {@code Retry-After} says, 10 s at most, so that the client's
 * own retry comes after that. The client looks for the header in that spelling only, and HTTP/2 has
 * header names in lower case.
 */
record RetryAfter(ScheduledExecutorService timer) implements Interceptor {
  private static final Set<Integer> BUSY = Set.of(429, 503);
  private static final long LONGEST_SECONDS = 10;

  @Override
  public CompletableFuture<Boolean> afterFailure(
      HttpRequest.Builder request, HttpResponse<?> response, RequestTags tags) {
    CompletableFuture<Boolean> sendAtOnce = new CompletableFuture<>();
    timer.schedule(() -> sendAtOnce.complete(false), seconds(response), TimeUnit.SECONDS);
    return sendAtOnce;
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
