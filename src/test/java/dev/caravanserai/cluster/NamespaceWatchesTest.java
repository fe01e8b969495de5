package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Namespaces of profiles are watched from the start, or as soon as that is possible. */
class NamespaceWatchesTest {
  private final Queue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();
  private final List<String> watched = new CopyOnWriteArrayList<>();
  private final List<String> checked = new CopyOnWriteArrayList<>();

  @Test
  void namespace_that_cannot_be_watched_at_the_start_is_watched_as_soon_as_that_is_possible() {
    // Given
    answers.add(failed(FailureCode.CLUSTER_UNREACHABLE));
    answers.add(failed(FailureCode.FORBIDDEN));
    answers.add(CompletableFuture.completedFuture(null));

    // When
    try (NamespaceWatches watches = new NamespaceWatches(cluster(), checked::add, Duration.ZERO)) {
      watches.begin(List.of("ns"));

      // Then
      await().until(answers::isEmpty);
      assertThat(watched).containsExactly("ns", "ns", "ns");
    }
  }

  @Test
  void rights_are_checked_where_the_one_to_watch_is_missing_and_again_when_it_is_given() {
    // Given
    answers.add(failed(FailureCode.CLUSTER_UNREACHABLE));
    answers.add(failed(FailureCode.FORBIDDEN));
    answers.add(failed(FailureCode.FORBIDDEN));
    answers.add(CompletableFuture.completedFuture(null));

    // When
    try (NamespaceWatches watches = new NamespaceWatches(cluster(), checked::add, Duration.ZERO)) {
      watches.begin(List.of("ns"));

      // Then
      await().until(() -> checked.size() == 2);
      assertThat(watched).hasSize(4);
    }
  }

  @Test
  void start_waits_until_the_sessions_of_a_profile_namespace_are_known() {
    // Given
    CompletableFuture<Void> listed = new CompletableFuture<>();
    answers.add(listed);
    answers.add(listed);
    try (NamespaceWatches watches = new NamespaceWatches(cluster(), checked::add, Duration.ZERO)) {

      // When
      CompletableFuture<Void> begun =
          CompletableFuture.runAsync(() -> watches.begin(List.of("ns")));
      await().until(() -> watched.contains("ns"));

      // Then
      assertThat(begun).isNotDone();
      listed.complete(null);
      await().until(begun::isDone);
    }
  }

  private static CompletableFuture<Void> failed(FailureCode code) {
    return CompletableFuture.failedFuture(FailureException.of(code, "in a test"));
  }

  /** A cluster whose own namespace is watched at once. */
  private Cluster cluster() {
    return (Cluster)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Cluster.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("watch")) {
                return "inn";
              }
              if (arguments[0].equals("inn")) {
                return CompletableFuture.completedFuture(null);
              }
              watched.add((String) arguments[0]);
              return answers.remove();
            });
  }
}
