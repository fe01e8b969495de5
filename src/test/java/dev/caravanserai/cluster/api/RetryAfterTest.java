package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API server that is too busy says when to come back, or does not respond at all. */
class RetryAfterTest {
  private static final ContainerRef CONTAINER =
      new ContainerRef("ns", "session-a", "main", Optional.empty());
  private static final LogQuery LOG =
      new LogQuery(Optional.empty(), Optional.empty(), false, false, false);

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void refused_request_is_sent_again_when_the_server_says(int status) throws Exception {
    assertSentAgain(
        status,
        api -> api.cluster.objects().get("default", StubApi.REF).toCompletableFuture().join());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void refused_read_of_a_log_is_sent_again_when_the_server_says(int status) throws Exception {
    assertSentAgain(
        status, api -> api.cluster.logs().last(CONTAINER, LOG, 1_000).toCompletableFuture().join());
  }

  private static void assertSentAgain(int status, Consumer<StubApi> request) throws Exception {
    // Given
    List<Long> asked = new CopyOnWriteArrayList<>();
    try (StubApi api =
        new StubApi(
            exchange -> {
              asked.add(System.nanoTime());
              return asked.size() == 1
                  ? new StubApi.Answer(status, "busy", 1)
                  : new StubApi.Answer(200, StubApi.ANCHOR);
            })) {

      // When
      request.accept(api);

      // Then
      assertThat(asked).hasSize(2);
      assertThat(asked.get(1) - asked.get(0)).isGreaterThanOrEqualTo(1_000_000_000L);
    }
  }

  @Test
  void refused_lists_and_watches_are_sent_again_when_the_server_says() throws Exception {
    // Given
    List<Long> lists = new CopyOnWriteArrayList<>();
    List<Long> watches = new CopyOnWriteArrayList<>();
    String none =
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}";
    try (StubApi api =
        new StubApi(
            exchange -> {
              String asked = exchange.getRequestURI().toString();
              if (!asked.contains("/configmaps")) {
                return new StubApi.Answer(200, none);
              }
              List<Long> times = asked.contains("watch=true") ? watches : lists;
              times.add(System.nanoTime());
              return times == lists && times.size() > 1
                  ? new StubApi.Answer(200, none)
                  : new StubApi.Answer(429, "busy", 1);
            })) {

      // When
      api.cluster.watch("ns").toCompletableFuture().join();

      // Then
      await().until(() -> watches.size() >= 2);
      for (List<Long> times : List.of(lists, watches)) {
        assertThat(times.get(1) - times.get(0)).isGreaterThanOrEqualTo(1_000_000_000L);
      }
    }
  }

  @Test
  void log_whose_reading_gets_no_response_fails_within_the_time_of_a_request() throws Exception {
    // Given
    CountDownLatch closed = new CountDownLatch(1);
    try (StubApi api =
        new StubApi(
            1_000,
            3,
            exchange -> {
              awaitQuietly(closed);
              return new StubApi.Answer(200, "late");
            })) {

      // Then
      assertThatThrownBy(
              () -> api.cluster.logs().last(CONTAINER, LOG, 1_000).toCompletableFuture().join())
          .hasMessageContaining("CLUSTER_UNREACHABLE")
          .hasMessageContaining("no answer within 1 s");
      closed.countDown();
    }
  }

  @Test
  void retries_end_with_the_time_of_their_request() throws Exception {
    // Given
    AtomicInteger asked = new AtomicInteger();
    try (StubApi api =
        new StubApi(
            1_000,
            20,
            exchange -> {
              asked.incrementAndGet();
              return new StubApi.Answer(500, "broken");
            })) {

      // When
      assertThatThrownBy(
              () -> api.cluster.objects().get("default", StubApi.REF).toCompletableFuture().join())
          .hasMessageContaining("no answer within 1 s");

      // Then
      int before = asked.get();
      await().during(Duration.ofSeconds(5)).until(() -> asked.get() <= before + 1);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
