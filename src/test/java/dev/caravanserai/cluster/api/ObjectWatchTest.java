package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ConfigMapListBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists and watches of an API server that answers page by page. */
class ObjectWatchTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Timers.named("watch-test");
  private final Queue<Supplier<ConfigMapList>> lists = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Watcher<ConfigMap>> watchers = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    executor.shutdownNow();
    timer.shutdownNow();
  }

  @Test
  void list_that_fails_after_its_first_page_is_repeated() throws Exception {
    // Given
    lists.add(() -> page("10", null, "old"));
    lists.add(() -> page("100", "more", "one"));
    lists.add(
        () -> {
          throw new KubernetesClientException("etcd leader changed", 500, null);
        });
    lists.add(() -> page("100", "more", "one"));
    lists.add(() -> page("100", null, "two"));
    SessionCache cache = new SessionCache("inn", Runnable::run);
    ObjectWatch<ConfigMap> watch =
        new ObjectWatch<>(
            "ns", ConfigMap.class, operation(), Duration.ofSeconds(30), cache, executor, timer);
    watch.start().get(1, TimeUnit.MINUTES);

    // When
    watchers
        .take()
        .onClose(
            new WatcherException(
                "gone", new KubernetesClientException(new StatusBuilder().withCode(410).build())));

    // Then
    await().until(() -> !watchers.isEmpty());
    assertThat(cache.all()).extracting(Session::id).containsExactlyInAnyOrder("one", "two");
    watch.close();
  }

  static List<WatcherException> causes() {
    return List.of(
        new WatcherException("closed by a proxy"),
        new WatcherException(
            "gone", new KubernetesClientException(new StatusBuilder().withCode(410).build())));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void watch_that_is_closed_as_soon_as_it_opens_is_not_reopened_in_a_tight_loop(
      WatcherException cause) throws Exception {
    // Given
    lists.add(() -> page("10", null, "one"));
    SessionCache cache = new SessionCache("inn", Runnable::run);
    ObjectWatch<ConfigMap> watch =
        new ObjectWatch<>(
            "ns", ConfigMap.class, operation(), Duration.ofSeconds(30), cache, executor, timer);
    watch.start().get(1, TimeUnit.MINUTES);

    // When
    long begun = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      lists.add(() -> page("10", null, "one"));
      watchers.take().onClose(cause);
      int interruptions = i + 1;
      await().until(() -> watch.status().interruptions() == interruptions);
    }
    watchers.take();

    // Then
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isGreaterThanOrEqualTo(Duration.ofMillis(2_000));
    watch.close();
  }

  @SuppressWarnings("unchecked")
  private FilterWatchListDeletable<ConfigMap, ConfigMapList, ?> operation() {
    return (FilterWatchListDeletable<ConfigMap, ConfigMapList, ?>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {FilterWatchListDeletable.class},
            this::call);
  }

  @SuppressWarnings("unchecked")
  private Object call(Object proxy, Method method, Object[] arguments) {
    if (method.getName().equals("list") && arguments[0] instanceof ListOptions) {
      return lists.remove().get();
    }
    if (method.getName().equals("watch")) {
      watchers.add((Watcher<ConfigMap>) arguments[1]);
      return (Watch) () -> {};
    }
    throw new UnsupportedOperationException(method.toString());
  }

  private static ConfigMapList page(String version, String more, String id) {
    ConfigMap anchor =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("ns")
            .withName("session-" + id)
            .withUid("uid-" + id)
            .withResourceVersion("5")
            .withAnnotations(
                Map.of(
                    Annotations.ID,
                    id,
                    Annotations.TENANT,
                    "default",
                    Annotations.EXPIRES_AT,
                    "2999-01-01T00:00:00Z"))
            .endMetadata()
            .addToData("spec", "{}")
            .build();
    return new ConfigMapListBuilder()
        .withNewMetadata()
        .withResourceVersion(version)
        .withContinue(more)
        .endMetadata()
        .addToItems(anchor)
        .build();
  }
}
