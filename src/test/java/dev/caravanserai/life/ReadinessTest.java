package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.Timers;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A waiter wakes on every change that its condition reads, and leaves nothing behind. */
class ReadinessTest {
  private static final PodStatus PENDING = new PodStatusBuilder().withPhase("Pending").build();
  private static final PodStatus UNSCHEDULABLE =
      new PodStatusBuilder(PENDING)
          .addNewCondition()
          .withType("PodScheduled")
          .withStatus("False")
          .withReason("Unschedulable")
          .withMessage("0/1 nodes are available: 1 Insufficient cpu")
          .endCondition()
          .build();
  private static final PodStatus READY =
      new PodStatusBuilder()
          .withPhase("Running")
          .addNewCondition()
          .withType("Ready")
          .withStatus("True")
          .endCondition()
          .addNewContainerStatus()
          .withName("main")
          .withRestartCount(0)
          .withNewState()
          .withNewRunning("2026-01-01T00:00:00Z")
          .endState()
          .endContainerStatus()
          .build();
  private static final PodStatus CRASHED =
      new PodStatusBuilder()
          .withPhase("Failed")
          .addNewContainerStatus()
          .withName("main")
          .withRestartCount(0)
          .withNewState()
          .withNewTerminated()
          .withExitCode(3)
          .withReason("Error")
          .endTerminated()
          .endState()
          .endContainerStatus()
          .build();

  private final MemoryCluster cluster = new MemoryCluster();
  private final ScheduledExecutorService timer = Timers.named("test-timer");
  private final Readiness readiness = new Readiness(cluster, Duration.ofMillis(200), timer);
  private final Anchors anchors = new Anchors(cluster, new UnconfirmedCreates(cluster));
  private final SessionObjects objects = new SessionObjects(cluster);

  @AfterEach
  void end() {
    timer.shutdownNow();
  }

  @Test
  void unschedulable_pod_fails_the_start_although_the_session_stays_equal() {
    // Given
    Start start = start(Map.of("id", "big"));
    deliver(start, PENDING);
    CompletableFuture<Session> ready = wait(start);
    Optional<Session> before = cluster.sessions().find(start.key());

    // When
    deliver(start, UNSCHEDULABLE);

    // Then
    assertThat(cluster.sessions().find(start.key())).isEqualTo(before);
    assertThat(failure(ready).code()).isEqualTo(FailureCode.UNSCHEDULABLE);
    assertThat(failure(ready).message()).contains("Insufficient cpu");
  }

  @Test
  void pod_whose_claim_is_not_bound_fails_the_start_with_the_events_of_the_claim() {
    // Given
    String unbound = "ProvisioningFailed: storageclass.storage.k8s.io \"fast\" not found";
    cluster.warn("PersistentVolumeClaim", unbound);
    cluster.warn("Pod", "FailedScheduling: unbound claims");
    Start start = start(Map.of("id", "held", "storage", Map.of("size", "10Mi")));
    CompletableFuture<Session> ready = wait(start);

    // When
    deliver(
        start,
        new PodStatusBuilder(UNSCHEDULABLE)
            .editFirstCondition()
            .withMessage("pod has unbound immediate PersistentVolumeClaims.")
            .endCondition()
            .build());

    // Then
    assertThat(failure(ready).message())
        .contains("unbound immediate PersistentVolumeClaims", "Look at the events of its claim")
        .doesNotContain("Ask for less");
    assertThat(failure(ready).events())
        .containsExactly(unbound, "FailedScheduling: unbound claims");
  }

  @Test
  void session_that_gets_ready_while_its_failure_is_explained_has_started() {
    // Given
    Start start = start(Map.of("id", "late"));
    Runnable explain = cluster.hold("warnings");
    startBy(start, "2026-01-01T00:00:00Z");
    CompletableFuture<Session> ready = wait(start);
    await().until(() -> timers() == 0); // the time is over

    // When
    deliver(start, READY);
    explain.run();

    // Then
    assertThat(ready.join().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void pod_that_was_unschedulable_before_the_wait_fails_it_too() {
    // Given
    Start start = start(Map.of("id", "big"));
    deliver(start, UNSCHEDULABLE);

    // When, Then
    assertThat(failure(wait(start)).code()).isEqualTo(FailureCode.UNSCHEDULABLE);
  }

  @Test
  void pod_that_is_scheduled_in_time_is_waited_for_without_a_timer_left() {
    // Given
    Start start = start(Map.of("id", "late"));
    CompletableFuture<Session> ready = wait(start);
    deliver(start, UNSCHEDULABLE);
    assertThat(timers()).as("start time-out and unschedulable").isEqualTo(2);

    // When
    deliver(start, PENDING);

    // Then
    assertThat(timers()).as("start time-out").isEqualTo(1);
    deliver(start, READY);
    assertThat(ready.join().state()).isEqualTo(State.RUNNING);
    assertThat(timers()).isZero();
  }

  @Test
  void failed_wait_leaves_no_timer() {
    // Given
    Start start = start(Map.of("id", "gone"));
    CompletableFuture<Session> ready = wait(start);
    deliver(start, UNSCHEDULABLE);

    // When
    cluster.deliverEnd(anchor(start));

    // Then
    assertThat(failure(ready).message()).contains("was stopped while it was starting");
    assertThat(timers()).isZero();
  }

  @Test
  void session_that_expires_before_it_is_ready_fails_its_start_with_deadline() {
    // Given
    Start start = start(Map.of("id", "short"));
    CompletableFuture<Session> ready = wait(start);
    ConfigMap anchor = anchor(start);
    anchor.getMetadata().getAnnotations().put(Annotations.EXPIRES_AT, "2026-01-01T00:00:00Z");
    cluster.deliver(anchor);

    // When
    cluster.deliverEnd(anchor);

    // Then
    assertThat(failure(ready).code()).isEqualTo(FailureCode.DEADLINE);
    assertThat(failure(ready).message()).contains("expired at 2026-01-01T00:00:00Z", "longer");
  }

  @Test
  void joined_start_fails_with_a_time_out_when_that_of_the_session_is_over() {
    // Given
    Optional<String> key = Optional.of("one-key");
    Start first = join(anchors.createOrJoin(Plans.of(Map.of("id", "slow"), key)));
    join(objects.create(first));
    CompletableFuture<Session> second = wait(joined("slow", key));
    ConfigMap late = startBy(first, "2026-01-01T00:00:00Z");

    // When
    CompletableFuture<Session> third = wait(joined("slow", key));
    cluster.deliverEnd(late);

    // Then
    assertThat(failure(second).code()).isEqualTo(FailureCode.START_TIMEOUT);
    assertThat(failure(third).code()).isEqualTo(FailureCode.START_TIMEOUT);
  }

  @Test
  void start_whose_objects_took_long_ends_its_wait_at_the_time_of_its_session() {
    Start start = start(Map.of("id", "late"));
    startBy(start, "2026-01-01T00:00:00Z");
    assertThat(failure(wait(start)).code()).isEqualTo(FailureCode.START_TIMEOUT);
    ConfigMap expired = startBy(start, "2026-01-01T00:00:00Z");
    expired.getMetadata().getAnnotations().put(Annotations.EXPIRES_AT, "2026-01-01T00:00:00Z");
    cluster.deliver(expired);
    assertThat(failure(wait(start)).code()).isEqualTo(FailureCode.DEADLINE);
  }

  @ParameterizedTest
  @CsvSource({"PT2H, UNSCHEDULABLE", "PT0S, CONFLICT"})
  void joined_start_of_an_unschedulable_pod_fails_with_that_only_if_the_first_may_have_given_up(
      Duration age, FailureCode expected) {
    // Given
    Optional<String> key = Optional.of("one-key");
    Start first = join(anchors.createOrJoin(Plans.of(Map.of("id", "big"), key)));
    join(objects.create(first));
    deliver(first, UNSCHEDULABLE);
    try (Readiness patient = new Readiness(cluster, Duration.ofHours(1), timer)) {
      CompletableFuture<Session> second =
          patient.await(joined("big", key), new CompletableFuture<>()).toCompletableFuture();
      ConfigMap anchor = anchor(first);
      anchor
          .getMetadata()
          .getAnnotations()
          .put(Annotations.CREATED_AT, Instant.now().minus(age).toString());
      cluster.deliver(anchor);

      // When
      cluster.deliverEnd(anchor);

      // Then
      assertThat(failure(second).code()).isEqualTo(expected);
    }
  }

  @Test
  void end_of_the_former_life_does_not_end_the_wait_for_the_next() {
    // Given
    Start first = start(Map.of("id", "twice"));
    ConfigMap formerAnchor = anchor(first);
    Pod formerPod = pod(first, READY);
    cluster.deliver(formerPod);
    cluster.delete(first.anchor());
    cluster.delete(first.pod().orElseThrow());
    Start second = start(Map.of("id", "twice"));
    CompletableFuture<Session> ready = wait(second);

    // When
    cluster.deliver(formerPod);
    cluster.lateEnd(formerAnchor);
    cluster.lateEnd(formerPod);

    // Then
    assertThat(ready).isNotDone();
    deliver(second, READY);
    assertThat(ready.join().pod().orElseThrow().uid())
        .isEqualTo(second.pod().orElseThrow().uid().orElseThrow());
  }

  @Test
  void waiter_whose_updates_were_dropped_reads_the_session_again() {
    // Given
    Start start = start(Map.of("id", "missed"));
    CompletableFuture<Session> ready = wait(start);
    readiness.close();
    deliver(start, READY);
    assertThat(ready).isNotDone();

    // When
    readiness.onDropped(1);

    // Then
    assertThat(ready.join().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void repeated_request_gets_its_session_in_whatever_state_once_it_was_ready() {
    // Given
    Optional<String> key = Optional.of("one-key");
    Start first = join(anchors.createOrJoin(Plans.of(Map.of("id", "again"), key)));
    join(objects.create(first));
    cluster.deliver(
        new ConfigMapBuilder(anchor(first))
            .editMetadata()
            .addToAnnotations(Annotations.STARTED_AT, "2026-01-01T00:00:00Z")
            .endMetadata()
            .build());
    deliver(first, CRASHED);

    // When
    Start again = join(anchors.createOrJoin(Plans.of(Map.of("id", "again"), key)));
    Session session = wait(join(objects.create(again))).join();

    // Then
    assertThat(session.state()).isEqualTo(State.FAILED);
  }

  @Test
  void start_that_fails_by_its_own_command_has_its_last_lines_beside_the_message() {
    // Given
    cluster.log("main", "starting\npassword\n");
    Start start = start(Map.of("id", "boom"));
    CompletableFuture<Session> ready = wait(start);

    // When
    cluster.put(pod(start, CRASHED));
    deliver(start, CRASHED);

    // Then
    assertThat(failure(ready).code()).isEqualTo(FailureCode.CRASHED);
    assertThat(thrown(ready)).hasMessageNotContaining("password");
    assertThat(thrown(ready).log()).containsExactly("starting", "password");
  }

  @Test
  void only_the_end_of_a_long_log_is_shown() {
    // Given
    cluster.log("main", "x".repeat(10_000) + "\n" + "y".repeat(2_000) + "\nboom\n");
    Start start = start(Map.of("id", "long"));
    CompletableFuture<Session> ready = wait(start);

    // When
    cluster.put(pod(start, CRASHED));
    deliver(start, CRASHED);

    // Then
    assertThat(thrown(ready).log()).containsExactly("y".repeat(2_000), "boom");
  }

  @Test
  void end_of_a_long_last_line_is_shown() {
    // Given
    cluster.log("main", "start\n" + "x".repeat(5_000) + "boom\n");
    Start start = start(Map.of("id", "line"));
    CompletableFuture<Session> ready = wait(start);

    // When
    cluster.put(pod(start, CRASHED));
    deliver(start, CRASHED);

    // Then
    assertThat(thrown(ready).log())
        .singleElement()
        .satisfies(line -> assertThat(line).startsWith("xxx").endsWith("boom"));
  }

  @Test
  void cancelled_wait_ends() {
    // Given
    Start start = start(Map.of("id", "left"));
    CompletableFuture<Failure> abandoned = new CompletableFuture<>();
    CompletableFuture<Session> ready = readiness.await(start, abandoned).toCompletableFuture();

    // When
    abandoned.complete(Failure.of(FailureCode.CONFLICT, "nobody waits"));

    // Then
    assertThat(failure(ready).message()).isEqualTo("nobody waits");
    assertThat(timers()).isZero();
  }

  @Test
  void waiter_that_registers_while_the_last_other_one_leaves_gets_every_update() throws Exception {
    ExecutorService leaving = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < 500; i++) {
        // Given
        Start start = start(Map.of("id", "crowded-" + i));
        CompletableFuture<Failure> abandoned = new CompletableFuture<>();
        readiness.await(start, abandoned);

        // When
        Future<?> left =
            leaving.submit(() -> abandoned.complete(Failure.of(FailureCode.CONFLICT, "left")));
        CompletableFuture<Session> ready = wait(start);
        left.get();
        deliver(start, READY);

        // Then
        assertThat(ready).isDone();
      }
    } finally {
      leaving.shutdownNow();
    }
  }

  private Start start(Map<String, ?> request) {
    return join(anchors.createOrJoin(Plans.of(request)).thenCompose(objects::create));
  }

  private Start joined(String id, Optional<String> key) {
    Start start = join(anchors.createOrJoin(Plans.of(Map.of("id", id), key)));
    assertThat(start.joined()).isTrue();
    return join(objects.create(start));
  }

  private ConfigMap startBy(Start start, String time) {
    ConfigMap late =
        new ConfigMapBuilder(anchor(start))
            .editMetadata()
            .addToAnnotations(Annotations.START_BY, time)
            .endMetadata()
            .build();
    cluster.deliver(late);
    return late;
  }

  private CompletableFuture<Session> wait(Start start) {
    return readiness.await(start, new CompletableFuture<>()).toCompletableFuture();
  }

  private void deliver(Start start, PodStatus status) {
    cluster.deliver(pod(start, status));
  }

  private ConfigMap anchor(Start start) {
    return cluster.now(start.plan().anchor()).orElseThrow();
  }

  private Pod pod(Start start, PodStatus status) {
    return new PodBuilder(cluster.now(start.plan().pod()).orElseThrow()).withStatus(status).build();
  }

  private int timers() {
    return ((ScheduledThreadPoolExecutor) timer).getQueue().size();
  }

  private static Failure failure(CompletableFuture<Session> ready) {
    return thrown(ready).failure();
  }

  private static FailureException thrown(CompletableFuture<Session> ready) {
    await().until(ready::isDone);
    return (FailureException) Causes.of(catchThrowable(ready::join));
  }

  private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
