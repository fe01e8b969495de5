package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API server that answers, but with nothing of use. */
class BrokenClusterTest {
  private static final ContainerRef MAIN = new ContainerRef("ns", "p", "main");
  private static final LogQuery WHOLE =
      new LogQuery(Optional.empty(), Optional.empty(), false, false, false);

  private static final String LIST =
      "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[%s]}";

  private static final String NOT_FOUND =
      "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404,"
          + "\"details\":{\"name\":\"%s\",\"kind\":\"configmaps\"}}";

  /** Lists one anchor and no pod; a watch lasts as long as it was asked for. */
  private static StubApi.Answer healthy(HttpExchange exchange) {
    String asked = exchange.getRequestURI().toString();
    if (asked.contains("watch=true")) {
      return exchange.getRequestHeaders().getFirst("Upgrade") == null
          ? StubApi.WATCHING
          : new StubApi.Answer(200, "no WebSockets here");
    }
    if (asked.contains("session-a")) {
      return new StubApi.Answer(200, StubApi.ANCHOR);
    }
    return new StubApi.Answer(
        200, LIST.formatted(asked.contains("/configmaps") ? StubApi.ANCHOR : ""));
  }

  private static Function<HttpExchange, StubApi.Answer> forbidden(String resource) {
    String status =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
            + "\"message\":\"%s is forbidden\",\"details\":{\"kind\":\"%s\"}}";
    return exchange ->
        exchange.getRequestURI().toString().contains("/" + resource)
            ? new StubApi.Answer(403, status.formatted(resource, resource))
            : healthy(exchange);
  }

  @Test
  void cluster_that_fails_every_request_changes_no_session_and_is_used_again_when_it_recovers()
      throws Exception {
    assertHoldsStill(exchange -> new StubApi.Answer(500, "etcd is away"), "500");
  }

  @Test
  void right_to_watch_pods_that_is_taken_away_changes_no_session_and_health_says_so()
      throws Exception {
    assertHoldsStill(forbidden("pods"), "403");
  }

  private static void assertHoldsStill(Function<HttpExchange, StubApi.Answer> broken, String words)
      throws Exception {
    // Given
    try (StubApi api = new StubApi(BrokenClusterTest::healthy)) {
      api.cluster.watch("ns").toCompletableFuture().get(3, TimeUnit.MINUTES);
      var known = api.cluster.sessions().all();
      List<SessionUpdate> updates = new CopyOnWriteArrayList<>();
      api.cluster.sessions().subscribe("test", 100, updates::add);
      assertThat(known).hasSize(1);

      // When
      api.answers(broken);

      // Then
      await()
          .until(
              () ->
                  Optional.ofNullable(api.cluster.health().silences().get("ns"))
                      .filter(s -> s.why().contains(words))
                      .isPresent());
      assertThat(api.cluster.sessions().all()).isEqualTo(known);
      assertThat(updates).isEmpty();

      // When
      api.answers(BrokenClusterTest::healthy);

      // Then
      await().until(() -> api.cluster.health().silences().isEmpty());
      assertThat(api.cluster.objects().get("default", StubApi.REF).toCompletableFuture().join())
          .isPresent();
      assertThat(api.cluster.sessions().all()).isEqualTo(known);
    }
  }

  @Test
  void reads_of_unknown_sessions_by_one_tenant_have_a_bound_and_refuse_no_other_tenant()
      throws Exception {
    // Given
    CountDownLatch answered = new CountDownLatch(1);
    try (StubApi api = new StubApi(BrokenClusterTest::healthy);
        AutoCloseable open = answered::countDown) {
      api.cluster.watch("ns").toCompletableFuture().get(3, TimeUnit.MINUTES);
      api.answers(exchange -> held(exchange, answered));
      List<CompletableFuture<?>> reads = new ArrayList<>();

      // When
      for (int i = 0; i < StubApi.QUEUE + 5; i++) {
        reads.add(refresh(api, "red", "unknown-" + i));
      }

      // Then
      assertThat(reads.get(StubApi.QUEUE + 4)).isCompletedExceptionally();
      assertThat(api.cluster.waiting()).isEqualTo(StubApi.QUEUE);
      CompletableFuture<?> other = refresh(api, "blue", "unknown");
      assertThat(other).isNotDone();
      answered.countDown();
      other.get(3, TimeUnit.MINUTES);
      assertThatThrownBy(() -> reads.get(StubApi.QUEUE + 4).get())
          .hasMessageContaining("LIMIT_REACHED");
    }
  }

  @Test
  void reads_of_unknown_objects_by_one_tenant_refuse_no_other_tenant() throws Exception {
    // Given
    CountDownLatch answered = new CountDownLatch(1);
    try (StubApi api = new StubApi(exchange -> held(exchange, answered));
        AutoCloseable open = answered::countDown) {
      // When
      List<CompletableFuture<?>> reads =
          IntStream.range(0, 2 * StubApi.QUEUE)
              .<CompletableFuture<?>>mapToObj(i -> read(api, "red", "unknown-" + i))
              .toList();
      CompletableFuture<?> other = read(api, "blue", "unknown");

      // Then
      assertThat(reads.get(2 * StubApi.QUEUE - 1)).isCompletedExceptionally();
      assertThat(other).isNotDone();
      answered.countDown();
      other.get(3, TimeUnit.MINUTES);
    }
  }

  @Test
  void connections_of_refused_requests_are_used_again() throws Exception {
    // Given
    Set<Integer> ports = new CopyOnWriteArraySet<>();
    Function<HttpExchange, StubApi.Answer> unknown =
        exchange -> {
          ports.add(exchange.getRemoteAddress().getPort());
          return new StubApi.Answer(404, NOT_FOUND.formatted("unknown"));
        };
    try (StubApi api = new StubApi(unknown)) {
      // When
      for (int i = 0; i < 20; i++) {
        read(api, "red", "unknown").join();
      }
    }

    // Then
    assertThat(ports).hasSizeLessThan(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500})
  void connections_of_refused_requests_that_are_repeated_are_used_again(int status)
      throws Exception {
    // Given
    Set<Integer> ports = new CopyOnWriteArraySet<>();
    AtomicInteger asked = new AtomicInteger();
    Function<HttpExchange, StubApi.Answer> busyEveryOtherTime =
        exchange -> {
          ports.add(exchange.getRemoteAddress().getPort());
          return asked.incrementAndGet() % 2 == 1
              ? new StubApi.Answer(status, "busy", 0)
              : new StubApi.Answer(200, StubApi.ANCHOR);
        };
    try (StubApi api = new StubApi(busyEveryOtherTime)) {
      // When
      for (int i = 0; i < 10; i++) {
        read(api, "red", "session-a").join();
        api.cluster.logs().last(MAIN, WHOLE, 1_000).toCompletableFuture().join();
      }
    }

    // Then
    assertThat(asked).hasValue(40);
    assertThat(ports).hasSizeLessThan(10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void connections_of_logs_are_used_again(boolean readToTheEnd) throws Exception {
    // Given
    Set<Integer> ports = new CopyOnWriteArraySet<>();
    Function<HttpExchange, StubApi.Answer> log =
        exchange -> {
          ports.add(exchange.getRemoteAddress().getPort());
          return new StubApi.Answer(200, "text");
        };
    try (StubApi api = new StubApi(log)) {
      // When
      for (int i = 0; i < 20; i++) {
        ByteSource source = api.cluster.logs().open(MAIN, WHOLE).toCompletableFuture().join();
        while (source.next().toCompletableFuture().join().isPresent() && readToTheEnd) {}
        source.close();
      }
    }

    // Then
    assertThat(ports).hasSizeLessThan(10);
  }

  private static CompletableFuture<?> read(StubApi api, String tenant, String name) {
    return api.cluster.objects().get(tenant, ConfigMap.class, "ns", name).toCompletableFuture();
  }

  private static StubApi.Answer held(HttpExchange exchange, CountDownLatch answered) {
    awaitOpen(answered);
    return new StubApi.Answer(
        404, NOT_FOUND.formatted(exchange.getRequestURI().getPath().replaceAll(".*/", "")));
  }

  private static void awaitOpen(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static CompletableFuture<?> refresh(StubApi api, String tenant, String id) {
    return api.cluster.sessions().refresh(new SessionKey("stub", tenant, id)).toCompletableFuture();
  }

  @Test
  void namespace_whose_lists_fail_at_once_can_be_watched_later() {
    // Given
    AtomicBoolean broken = new AtomicBoolean(true);
    Config config = Config.empty();
    config.setMasterUrl("http://127.0.0.1:1");
    config.setRequestRetryBackoffLimit(0);
    config.setOauthTokenProvider(
        () -> {
          throw new IllegalStateException(broken.get() ? "no token" : "still no token");
        });
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        ApiCluster cluster = new ApiCluster("stub", client, "ns", StubApi.QUEUE)) {
      List<String> namespaces = IntStream.range(0, 500).mapToObj(i -> "ns-" + i).toList();

      // When
      assertThat(namespaces).allSatisfy(ns -> assertFails(cluster.watch(ns), ": no token"));
      broken.set(false);

      // Then
      assertThat(namespaces).allSatisfy(ns -> assertFails(cluster.watch(ns), "still no token"));
    }
  }

  private static void assertFails(CompletionStage<Void> watch, String words) {
    assertThatThrownBy(() -> watch.toCompletableFuture().get(3, TimeUnit.MINUTES))
        .hasMessageContaining(words);
  }

  @Test
  void namespace_of_which_only_a_part_may_be_listed_has_no_known_sessions_until_all_may_be()
      throws Exception {
    // Given
    try (StubApi api = new StubApi(forbidden("pods"))) {

      // When
      assertThatThrownBy(
              () -> api.cluster.watch("ns").toCompletableFuture().get(3, TimeUnit.MINUTES))
          .hasMessageContaining("FORBIDDEN");

      // Then
      assertThat(api.cluster.sessions().all()).isEmpty();

      // When
      api.answers(BrokenClusterTest::healthy);
      api.cluster.watch("ns").toCompletableFuture().get(3, TimeUnit.MINUTES);

      // Then
      assertThat(api.cluster.sessions().all()).hasSize(1);
    }
  }
}
