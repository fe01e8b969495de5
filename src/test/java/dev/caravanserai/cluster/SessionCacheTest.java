package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Events of the same objects race on several paths; listeners are slow. */
class SessionCacheTest {
  private final Scene scene = new Scene();

  @Test
  void snapshot_is_of_one_life_while_one_life_follows_another() throws Exception {
    // Given
    Scene scene = new Scene();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> lives =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 3000; i++) {
                scene.next().seeAnchor().ready().seePod().anchorGone().podGone();
              }
            });
    lives.whenComplete((done, thrown) -> over.set(true));

    // When
    List<String> mixed = new ArrayList<>();
    while (!over.get()) {
      scene
          .cache
          .snapshot(Scene.KEY)
          .filter(known -> known.anchor().isPresent() && known.pod().isPresent())
          .filter(known -> !life(known.anchor().get()).equals(life(known.pod().get())))
          .ifPresent(known -> mixed.add(known.toString()));
    }

    // Then
    lives.get();
    assertThat(mixed).isEmpty();
  }

  private static String life(HasMetadata object) {
    return object.getMetadata().getUid().replaceFirst(".*-", "");
  }

  @Test
  void each_end_is_reported_once_regardless_of_late_events() {
    // Given
    scene.next().seeAnchor().ready().seePod();
    Pod early = scene.report(scene.pod());
    scene.anchorGone().podGone();

    // When
    scene.cache.onUpdate(early);
    scene.deletePod().seePod().podGone();
    scene.seeAnchor().anchorGone();

    // Then
    assertThat(scene.transitions)
        .containsExactly(
            "(new) -> PENDING", "PENDING -> RUNNING", "RUNNING -> STOPPING", "STOPPING -> STOPPED");
  }

  @Test
  void session_never_starts_before_it_was_created() {
    // Given
    String created = Instant.now().plusSeconds(3600).toString();
    scene.next();
    scene.anchor().getMetadata().getAnnotations().put(Annotations.CREATED_AT, created);

    // When
    scene.seeAnchor().ready().seePod();

    // Then
    assertThat(scene.session().flatMap(Session::startedAt)).hasValue(Instant.parse(created));
  }

  @Test
  void late_pod_of_a_deleted_anchor_creates_no_session() {
    // Given
    scene.next().seeAnchor().anchorGone();

    // When
    scene.ready().seePod().deletePod().seePod().podGone();

    // Then
    assertThat(scene.transitions).containsExactly("(new) -> PENDING", "PENDING -> STOPPED");
  }

  @Test
  void session_known_from_its_create_response_is_not_replaced_by_a_lagging_watch() {
    // Given
    scene.next().seeAnchor().ready().seePod().ended(0).seePod();
    Pod former = scene.pod();

    // When
    scene.next().seeAnchor();

    // Then
    assertThat(scene.session().flatMap(Session::pod)).isEmpty();
    assertThat(scene.state()).isEqualTo("PENDING");
    scene.cache.onUpdate(scene.report(former));
    assertThat(scene.session().flatMap(Session::pod)).isEmpty();
  }

  @Test
  void confirmed_deletion_removes_only_older_objects() {
    // Given
    scene.next().seeAnchor();
    ObjectRef name = ObjectRef.to(scene.anchor()).anyLife();
    Set<String> known = scene.cache.known(name);

    // When
    scene.next().seeAnchor();
    scene.cache.onMissing(known);

    // Then
    assertThat(scene.state()).isEqualTo("PENDING");
    assertThat(scene.cache.known(name)).containsExactly("anchor-2");
  }

  @Test
  void object_that_leaves_the_selection_of_a_watch_counts_as_deleted_only_when_that_is_confirmed() {
    // Given
    scene.next().seeAnchor().ready().seePod();

    // When
    scene.unselected(scene.anchor()).unselected(scene.pod());
    scene.cache.onUnlisted(Set.of("anchor-1"));

    // Then
    assertThat(scene.state()).isEqualTo("RUNNING ready");
    assertThat(scene.unconfirmed)
        .extracting(object -> object.uid().orElseThrow())
        .containsExactly("anchor-1", "pod-1", "anchor-1");

    // When
    scene.seePod().deletePod().unselected(scene.pod());
    scene.cache.onMissing(Set.of("anchor-1"));

    // Then
    assertThat(scene.state()).isEqualTo("gone");
  }

  @Test
  void response_to_a_request_is_kept_without_what_is_not_used() {
    // Given
    scene.next();
    scene.anchor().getMetadata().setManagedFields(List.of(new ManagedFieldsEntry()));
    scene.pod().getSpec().setHostname("unused");

    // When
    scene.seeAnchor().seePod();

    // Then
    assertThat(scene.cache.anchor(Scene.KEY).orElseThrow().getMetadata().getManagedFields())
        .isNullOrEmpty();
    assertThat(scene.cache.pod(Scene.KEY).orElseThrow().getSpec().getHostname()).isNull();
  }

  @Test
  void pod_that_loses_its_owner_or_annotations_leaves_nothing_when_it_is_deleted() {
    // Given
    scene.next().seeAnchor().ready().seePod();

    // When: kubectl delete --cascade=orphan
    scene.pod().getMetadata().setOwnerReferences(List.of());
    scene.seePod().anchorGone();
    assertThat(scene.state()).isEqualTo("STOPPING");
    scene.pod().getMetadata().getAnnotations().clear();
    scene.seePod().podGone();

    // Then
    assertThat(scene.state()).isEqualTo("gone");
    assertThat(scene.cache.all()).isEmpty();
    assertThat(scene.transitions)
        .containsExactly(
            "(new) -> PENDING", "PENDING -> RUNNING", "RUNNING -> STOPPING", "STOPPING -> STOPPED");
  }

  @Test
  void pod_that_lags_behind_its_anchor_is_not_a_failure() {
    // When
    scene.next().mark(Annotations.STARTED_AT, "2026-01-01T12:00:05Z").seeAnchor().ready().seePod();

    // Then
    assertThat(scene.transitions).containsExactly("(new) -> RUNNING");
  }

  @Test
  void start_deadline_does_not_apply_once_ready() {
    // Given
    scene
        .next()
        .mark(Annotations.START_BY, "2026-01-01T12:01:00Z")
        .seeAnchor()
        .ready()
        .seePod()
        .notReady()
        .seePod();

    // Then
    assertThat(scene.cache.dueAt(Scene.KEY)).hasToString("Optional[" + Scene.LATER + "]");
  }

  /** Every order of the reports of two lives of a name ends in the same way. */
  @Property(tries = 500)
  void last_life_wins_in_any_order_of_events(@ForAll long seed) {
    // Given
    Scene one = new Scene();
    List<HasMetadata> reports = new ArrayList<>();
    one.next();
    ConfigMap dead = one.report(one.anchor());
    reports.add(dead);
    reports.add(one.report(one.pod()));
    reports.add(one.report(one.ready().pod()));
    one.next();
    reports.add(one.report(one.anchor()));
    reports.add(one.report(one.pod()));
    reports.add(one.report(one.ready().pod()));

    // When
    Collections.shuffle(reports, new Random(seed));
    reports.forEach(one.cache::onUpdate);
    one.cache.onDelete(dead);

    // Then
    assertThat(one.state()).isEqualTo("RUNNING ready");
    assertThat(one.session().flatMap(Session::pod).map(Session.Pod::uid)).contains("pod-2");
  }

  @Test
  void blocked_listener_delays_neither_the_index_nor_other_listeners() throws Exception {
    // Given
    ExecutorService threads = Timers.threads("test");
    try (SessionCache cache = new SessionCache("inn", threads)) {
      CountDownLatch held = new CountDownLatch(1);
      List<Long> dropped = Collections.synchronizedList(new ArrayList<>());
      List<SessionUpdate> others = Collections.synchronizedList(new ArrayList<>());
      cache.subscribe("slow", 10, new Slow(held, dropped));
      cache.subscribe("quick", 10_000, others::add);

      // When
      for (int i = 0; i < 1_100; i++) {
        cache.onUpdate(Marked.anchor("s" + i, java.util.Map.of()));
      }

      // Then
      assertThat(cache.all()).hasSize(1_100);
      await().until(() -> others.size() == 1_100);
      assertThat(cache.dropped().get("slow")).isBetween(1_089L, 1_090L);
      held.countDown();
      await().until(() -> !dropped.isEmpty());
      assertThat(dropped.get(0)).isBetween(1_089L, 1_090L);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void no_listener_is_called_with_the_index_locked() throws Exception {
    // Given
    ExecutorService threads = Timers.threads("test");
    try (SessionCache cache = new SessionCache("inn", threads)) {
      List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
      cache.subscribe(
          "nested",
          10,
          update -> {
            try { // from another thread, as the step of a route would
              seen.add(threads.submit(() -> cache.all().size()).get());
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });

      // When
      cache.onUpdate(Marked.anchor("a", java.util.Map.of()));

      // Then
      await().until(() -> seen.equals(List.of(1)));
    } finally {
      threads.shutdownNow();
    }
  }

  private record Slow(CountDownLatch held, List<Long> dropped) implements SessionListener {
    @Override
    public void onUpdate(SessionUpdate update) {
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void onDropped(long count) {
      dropped.add(count);
    }
  }
}
