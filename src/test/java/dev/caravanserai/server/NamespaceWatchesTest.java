package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.api.Access;
import dev.caravanserai.cluster.api.AccessReport;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Namespaces of profiles that cannot be watched when the server starts. */
class NamespaceWatchesTest {
  private static final AccessReport ALLOWED = new AccessReport("https://x", "ns", List.of());
  private static final AccessReport MISSING =
      new AccessReport("https://x", "ns", List.of(new Access("", "pods", "list")));

  private final Queue<Supplier<AccessReport>> reports = new ConcurrentLinkedQueue<>();
  private final Queue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();
  private final List<String> watched = new CopyOnWriteArrayList<>();

  @Test
  void namespace_that_cannot_be_watched_at_the_start_is_watched_as_soon_as_that_is_possible() {
    // Given
    reports.add(
        () -> {
          throw unreachable();
        });
    reports.add(() -> MISSING);
    reports.add(() -> ALLOWED);
    answers.add(CompletableFuture.failedFuture(unreachable()));
    reports.add(() -> ALLOWED);
    answers.add(CompletableFuture.completedFuture(null));

    // When
    try (NamespaceWatches watches =
        new NamespaceWatches(cluster(), namespace -> reports.remove().get(), Duration.ZERO)) {
      watches.begin(List.of("ns"));

      // Then
      await().until(answers::isEmpty);
      assertThat(watched).containsExactly("ns", "ns");
      assertThat(reports).isEmpty();
    }
  }

  private static FailureException unreachable() {
    return FailureException.of(FailureCode.CLUSTER_UNREACHABLE, "in a test");
  }

  private Cluster cluster() {
    return (Cluster)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Cluster.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("watch")) {
                watched.add((String) arguments[0]);
                return answers.remove();
              }
              return "inn";
            });
  }
}
