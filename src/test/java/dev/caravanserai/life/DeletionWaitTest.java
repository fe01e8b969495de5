package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A waiting stop names what is left, and reads nothing after its caller disconnected. */
class DeletionWaitTest {
  private final MemoryCluster cluster = new MemoryCluster();
  private final ScheduledExecutorService timer = Timers.named("test-timer");
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final Anchors anchors = new Anchors(cluster, new UnconfirmedCreates(cluster));
  private final SessionObjects objects = new SessionObjects(cluster);
  private final Start start =
      anchors
          .createOrJoin(Plans.of(Map.of("id", "held", "storage", Map.of("size", "10Mi"))))
          .thenCompose(objects::create)
          .toCompletableFuture()
          .join();
  private final ConfigMap anchor = cluster.now(start.plan().anchor()).orElseThrow();

  @AfterEach
  void end() {
    timer.shutdownNow();
  }

  @Test
  void update_during_a_read_is_followed_by_another_read_at_once() {
    // Given
    cluster.afterNextRead(
        () -> {
          cluster.delete(start.anchor());
          cluster.delete(ObjectRef.to(claim()));
          cluster.deliverEnd(cluster.now(start.plan().pod()).orElseThrow());
        });

    // When
    CompletableFuture<Void> gone = await(Duration.ofMinutes(1));

    // Then
    assertThat(gone).isCompleted();
    assertThat(timers()).isZero();
  }

  @Test
  void end_of_a_wait_runs_what_is_attached_to_it_without_a_lock() {
    // Given
    CompletableFuture<Void> gone = await(Duration.ofMinutes(1));
    AtomicReference<CompletableFuture<Void>> updated = new AtomicReference<>();
    gone.thenRun(
        () -> {
          updated.set(CompletableFuture.runAsync(() -> cluster.deliver(anchor)));
          updated.get().join();
        });

    // When
    cluster.delete(start.anchor());
    cluster.delete(ObjectRef.to(claim()));
    cluster.deliverEnd(cluster.now(start.plan().pod()).orElseThrow());

    // Then
    Awaitility.await().until(() -> updated.get() != null && updated.get().isDone());
  }

  @Test
  void remaining_object_is_named_with_its_finalizer() {
    // Given
    claim().getMetadata().setFinalizers(List.of("example.com/hold"));
    cluster.delete(start.anchor());
    cluster.delete(start.pod().orElseThrow());

    // When
    CompletableFuture<Void> gone = await(Duration.ofMillis(300));

    // Then
    Throwable late = failed(gone);
    assertThat(Causes.failure(late).orElseThrow().code()).isEqualTo(FailureCode.CONFLICT);
    assertThat(Causes.failure(late).orElseThrow().message())
        .contains(
            ObjectRef.to(claim()).toString(),
            "example.com/hold",
            "caravanserai.session.stop-timeout")
        .doesNotContain("node");
    assertThat(timers()).isZero();
  }

  @Test
  void nothing_is_read_once_the_caller_has_left() {
    // Given
    CompletableFuture<Void> gone = await(Duration.ofMinutes(5));
    assertThat(timers()).isEqualTo(1);

    // When
    left.complete(null);

    // Then
    assertThat(gone).isCompletedExceptionally();
    assertThat(timers()).isZero();
  }

  @Test
  void pauses_between_reads_grow() {
    // Given
    int before = cluster.reads();
    long began = System.nanoTime();

    // When
    catchThrowable(await(Duration.ofSeconds(2))::join);

    // Then
    long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
    assertThat(cluster.reads() - before).isLessThanOrEqualTo((int) (6 + seconds));
  }

  @Test
  void update_of_the_watch_wakes_the_wait() {
    // Given
    CompletableFuture<Void> gone = await(Duration.ofMinutes(5));
    List.copyOf(start.objects()).forEach(cluster::delete);

    // When
    cluster.deliverEnd(anchor);

    // Then
    Awaitility.await().until(gone::isDone);
    assertThat(timers()).isZero();
  }

  @Test
  void wait_whose_updates_were_dropped_reads_again() {
    // Given
    DeletionWait waits = new DeletionWait(cluster, objects, Duration.ofMinutes(5), timer);
    CompletableFuture<Void> gone =
        waits.await(start.key(), Optional.of(anchor), start.pod(), left).toCompletableFuture();
    waits.close();
    List.copyOf(start.objects()).forEach(cluster::delete);
    cluster.deliverEnd(anchor);
    int before = cluster.reads();

    // When
    waits.onDropped(1);

    // Then
    assertThat(gone).isCompleted();
    assertThat(cluster.reads()).isGreaterThan(before);
  }

  @Test
  void object_of_the_same_name_in_another_life_is_not_waited_for() {
    // Given
    List.copyOf(start.objects()).forEach(cluster::delete);
    cluster.delete(start.anchor());
    start.plan().objects().forEach(object -> cluster.create(object));

    // When, Then
    await(Duration.ofMinutes(5)).join();
  }

  @Test
  void stop_waits_for_objects_that_a_start_is_creating() {
    // Given
    Runnable create = cluster.hold("Pod");
    Start other = anchors.createOrJoin(Plans.of(Map.of("id", "new"))).toCompletableFuture().join();
    ConfigMap itsAnchor = cluster.now(other.plan().anchor()).orElseThrow();
    CompletableFuture<Start> created = objects.create(other).toCompletableFuture();
    cluster.deliverEnd(itsAnchor);

    // When
    CompletableFuture<Void> gone =
        new DeletionWait(cluster, objects, Duration.ofMinutes(5), timer)
            .await(other.key(), Optional.of(itsAnchor), Optional.empty(), left)
            .toCompletableFuture();

    // Then
    assertThat(gone).isNotDone();
    create.run();
    assertThat(created).isCompleted();
    assertThat(gone).as("its pod was created and is left").isNotDone();
    cluster.deliverEnd(cluster.now(other.plan().pod()).orElseThrow());
    Awaitility.await().until(gone::isDone);
  }

  @Test
  void stop_ends_in_time_although_a_start_is_creating() {
    // Given
    cluster.hold("Pod");
    Start other = creating();
    ConfigMap itsAnchor = cluster.now(other.plan().anchor()).orElseThrow();

    // When
    CompletableFuture<Void> gone = await(other, itsAnchor, Duration.ofMillis(50));
    cluster.deliverEnd(itsAnchor);

    // Then
    Throwable late = failed(gone);
    assertThat(Causes.failure(late).orElseThrow().code()).isEqualTo(FailureCode.CONFLICT);
    assertThat(late).hasMessageContaining("has not answered yet whether it created its objects");
    assertThat(timers()).isZero();
  }

  @Test
  void creates_that_have_ended_do_not_end_the_wait_later() {
    // Given
    Runnable create = cluster.hold("Pod");
    Start other = creating();
    ConfigMap itsAnchor = cluster.now(other.plan().anchor()).orElseThrow();
    CompletableFuture<Void> gone = await(other, itsAnchor, Duration.ofSeconds(2));

    // When
    create.run();

    // Then
    assertThat(failed(gone)).hasMessageContaining("still exists");
    assertThat(timers()).isZero();
  }

  private Start creating() {
    Start other = anchors.createOrJoin(Plans.of(Map.of("id", "new"))).toCompletableFuture().join();
    objects.create(other);
    return other;
  }

  private CompletableFuture<Void> await(Start other, ConfigMap itsAnchor, Duration atMost) {
    return new DeletionWait(cluster, objects, atMost, timer)
        .await(other.key(), Optional.of(itsAnchor), Optional.empty(), left)
        .toCompletableFuture();
  }

  private HasMetadata claim() {
    return cluster
        .now(
            start.plan().objects().stream()
                .filter(object -> object.getKind().equals("PersistentVolumeClaim"))
                .findFirst()
                .orElseThrow())
        .orElseThrow();
  }

  private CompletableFuture<Void> await(Duration atMost) {
    return new DeletionWait(cluster, objects, atMost, timer)
        .await(start.key(), Optional.of(anchor), start.pod(), left)
        .toCompletableFuture();
  }

  private int timers() {
    return ((ScheduledThreadPoolExecutor) timer).getQueue().size();
  }

  private static Throwable failed(CompletableFuture<?> future) {
    Awaitility.await().until(future::isDone);
    return catchThrowable(future::join);
  }
}
