package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is read of a session whose pod has not been listed. */
class PodLossTest {
  private final Scene scene = new Scene();
  private final Clock clock = new Clock();
  private final CompletableFuture<Void> listed = new CompletableFuture<>();
  private final List<ObjectRef> reads = new CopyOnWriteArrayList<>();

  PodLossTest() {
    new PodLoss(objects(), scene.cache, namespace -> listed, clock);
  }

  @AfterEach
  void stop() {
    clock.shutdownNow();
  }

  @Test
  void restart_reads_no_session_by_itself_whose_pod_is_listed_after_its_anchor() {
    // Given
    scene.next().mark("caravanserai.dev/started-at", "2026-01-01T12:00:05Z").seeAnchor();

    // When
    clock.pass();

    // Then
    assertThat(reads).isEmpty();

    // When
    scene.ready().seePod();
    listed.complete(null);
    clock.pass();

    // Then
    assertThat(reads).isEmpty();
    assertThat(scene.state()).isEqualTo("RUNNING ready");
  }

  @Test
  void pod_whose_deletion_is_reported_before_its_anchor_is_not_read_at_once() {
    // Given
    listed.complete(null);
    scene.next().seeAnchor().ready().seePod();

    // When
    scene.podGone();

    // Then
    assertThat(reads).isEmpty();

    // When
    scene.anchorGone();
    clock.pass();

    // Then
    assertThat(reads).isEmpty();
  }

  @Test
  void pod_that_is_missing_when_all_is_listed_is_read_and_the_session_has_failed() {
    // Given
    scene.next().mark("caravanserai.dev/started-at", "2026-01-01T12:00:05Z").seeAnchor();
    clock.pass();

    // When
    listed.complete(null);

    // Then
    await().until(() -> scene.state().equals("FAILED EVICTED"));
    assertThat(reads).extracting(ObjectRef::kind).containsExactly("Pod", "ConfigMap");
  }

  /** The cluster has the anchor and no pod. */
  private Objects objects() {
    return (Objects)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Objects.class},
            (proxy, method, arguments) -> {
              ObjectRef object = (ObjectRef) arguments[1];
              reads.add(object);
              return CompletableFuture.completedFuture(
                  object.kind().equals("Pod")
                      ? Optional.<HasMetadata>empty()
                      : Optional.<HasMetadata>of(scene.anchor()));
            });
  }

  /** A timer whose time passes when the test says so. */
  private static final class Clock extends ScheduledThreadPoolExecutor {
    private final Queue<Runnable> planned = new ArrayDeque<>();

    Clock() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      planned.add(task);
      return null;
    }

    /** What is planned now is due. */
    void pass() {
      for (int left = planned.size(); left > 0; left--) {
        planned.remove().run();
      }
    }
  }
}
