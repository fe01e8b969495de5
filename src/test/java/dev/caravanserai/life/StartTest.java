package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrent starts of one session, and the objects that a failed start does not delete. */
class StartTest {
  private static final Optional<String> KEY = Optional.of("the-key-of-both");

  private final MemoryCluster cluster = new MemoryCluster();
  private final Anchors anchors = new Anchors(cluster, new UnconfirmedCreates(cluster));
  private final SessionObjects objects = new SessionObjects(cluster);
  private final Termination termination = new Termination(cluster);

  @Test
  void concurrent_starts_with_same_key_but_different_env_first_secret_wins() {
    // Given
    Plan one = Plans.of(Map.of("env", Map.of("PIN", "1")), KEY);
    Plan two = Plans.of(Map.of("env", Map.of("PIN", "2")), KEY);
    Start first = anchor(one);
    Start second = anchor(two);

    // When
    create(second);
    Throwable refused = catchThrowable(() -> create(first));

    // Then
    assertThat(Causes.is(FailureCode.CONFLICT, refused)).isTrue();
    assertThat(two.sameEnvironment(cluster.now((Secret) two.objects().get(0)).orElseThrow()))
        .isTrue();
    assertThat(first.joined()).as("undoes nothing").isTrue();
    assertThat(cluster.now(two.pod())).isPresent();
  }

  @Test
  void request_that_created_anchor_has_the_session_if_its_secret_is_first() {
    // Given
    Start first = anchor(Plans.of(Map.of("env", Map.of("PIN", "1")), KEY));
    Start second = anchor(Plans.of(Map.of("env", Map.of("PIN", "2")), KEY));

    // When
    create(first);
    Throwable refused = catchThrowable(() -> create(second));

    // Then
    assertThat(Causes.is(FailureCode.CONFLICT, refused)).isTrue();
    assertThat(first.joined()).isFalse();
    assertThat(second.joined()).isTrue();
    assertThat(cluster.now(first.plan().pod())).isPresent();
  }

  @Test
  void session_that_was_stopped_before_its_objects_were_created_gets_none() {
    // Given
    Start start = anchor(Plans.of(Map.of("id", "stopped")));
    cluster.deliverEnd(cluster.now(start.plan().anchor()).orElseThrow());

    // When
    Throwable refused = catchThrowable(() -> create(start));

    // Then
    assertThat(Causes.failure(refused)).contains(start.stopped().failure());
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void request_with_a_new_key_for_a_used_id_is_a_conflict() {
    // Given
    anchor(Plans.of(Map.of("id", "mine"), Optional.of("first")));
    Plan fresh = Plans.of(Map.of("id", "mine"), Optional.of("second"));
    Plan changed = Plans.of(Map.of("id", "mine", "labels", Map.of("a", "b")), Optional.of("first"));

    // When
    Throwable taken = catchThrowable(() -> anchor(fresh));
    Throwable used = catchThrowable(() -> anchor(changed));

    // Then
    assertThat(Causes.failure(taken).orElseThrow().message())
        .contains("Session mine exists already")
        .doesNotContain("Idempotency-Key");
    assertThat(Causes.failure(used).orElseThrow().message())
        .contains("The Idempotency-Key was used for another request");
  }

  @Test
  void repeated_create_that_meets_an_anchor_which_is_gone_by_now_reports_the_stop() {
    // Given
    cluster.refuse("ConfigMap", FailureCode.CONFLICT);

    // When
    Throwable thrown = catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"))));

    // Then
    assertThat(Causes.is(FailureCode.CONFLICT, thrown)).isTrue();
    assertThat(Causes.failure(thrown).orElseThrow().message())
        .contains("Session mine was stopped while it was starting")
        .doesNotContain("exists already");
  }

  @ParameterizedTest
  @EnumSource(names = {"CLUSTER_UNREACHABLE", "LIMIT_REACHED", "FORBIDDEN"})
  void taken_name_that_cannot_be_read_is_reported_as_such_and_its_anchor_is_deleted_if_it_is_ours(
      FailureCode code) {
    // Given
    Plan plan = Plans.of(Map.of("id", "mine"));
    ConfigMap created = Serialization.clone(plan.anchor());
    created.getMetadata().setUid("of-the-first-attempt");
    cluster.put(created);
    cluster.refuseReads("ConfigMap", code);

    // When
    Throwable thrown = catchThrowable(() -> anchor(plan));
    cluster.deliver(created);

    // Then
    assertThat(Causes.is(code, thrown)).isTrue();
    assertThat(cluster.now(created)).isEmpty();
  }

  @Test
  void id_of_a_session_in_another_namespace_is_a_conflict() {
    // Given
    ConfigMap elsewhere = Plans.of(Map.of("id", "mine"), Optional.of("first")).anchor();
    elsewhere.getMetadata().setNamespace("other");
    elsewhere.getMetadata().setUid("elsewhere");
    cluster.deliver(elsewhere);

    // When
    Throwable taken = catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"))));
    Throwable used =
        catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"), Optional.of("first"))));

    // Then
    assertThat(Causes.failure(taken).orElseThrow().message())
        .contains("Session mine exists already");
    assertThat(Causes.failure(used).orElseThrow().message())
        .contains("The Idempotency-Key was used for another request");
    assertThat(cluster.there()).isEmpty();

    // When
    cluster.deliverEnd(elsewhere);

    // Then
    assertThat(anchor(Plans.of(Map.of("id", "mine"), Optional.of("first"))).joined()).isFalse();
  }

  @Test
  void id_that_another_replica_has_just_used_in_another_namespace_is_a_conflict() {
    // Given
    ConfigMap elsewhere = Plans.of(Map.of("id", "mine"), Optional.of("first")).anchor();
    elsewhere.getMetadata().setNamespace("other");
    elsewhere.getMetadata().setUid("elsewhere");
    cluster.put(elsewhere);
    cluster.alsoWatches("other");
    Plan plan = Plans.of(Map.of("id", "mine"));

    // When
    Throwable taken = catchThrowable(() -> anchor(plan));
    Throwable used =
        catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"), Optional.of("first"))));

    // Then
    assertThat(Causes.failure(taken).orElseThrow().message())
        .contains("Session mine exists already");
    assertThat(Causes.failure(used).orElseThrow().message())
        .contains("The Idempotency-Key was used for another request");
    assertThat(cluster.now(plan.anchor())).isEmpty();
    assertThat(cluster.now(elsewhere)).isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"LIMIT_REACHED", "CONFIG_ERROR", "CLUSTER_UNREACHABLE"})
  void start_that_cannot_read_the_other_namespaces_leaves_no_anchor(FailureCode code) {
    // Given
    cluster.alsoWatches("other");
    cluster.refuseReads("ConfigMap", code);

    // When
    Throwable refused = catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"))));

    // Then
    assertThat(Causes.is(code, refused)).isTrue();
    assertThat(cluster.there()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Secret", "PersistentVolumeClaim", "Pod"})
  void foreign_object_is_a_conflict_and_survives_the_undo(String kind) {
    // Given
    Plan plan =
        Plans.of(
            Map.of("id", "mine", "env", Map.of("PIN", "1"), "storage", Map.of("size", "10Mi")));
    HasMetadata foreign = Serialization.clone(planned(plan, kind));
    foreign.getMetadata().setUid("somebody-else");
    foreign.getMetadata().setAnnotations(null);
    cluster.put(foreign);
    Start start = anchor(plan);

    // When
    Throwable refused = catchThrowable(() -> create(start));
    join(termination.undo(start));

    // Then
    assertThat(Causes.failure(refused).orElseThrow().code()).isEqualTo(FailureCode.CONFLICT);
    assertThat(Causes.failure(refused).orElseThrow().message())
        .contains(kind + " ns/" + foreign.getMetadata().getName(), "left alone");
    assertThat(cluster.now(foreign)).contains(foreign);
    assertThat(cluster.now(plan.anchor())).isEmpty();
  }

  @Test
  void objects_of_the_former_life_mean_that_the_session_is_stopping() {
    // Given
    Plan plan = Plans.of(Map.of("id", "again", "storage", Map.of("size", "10Mi")));
    create(anchor(plan));
    cluster.deliverEnd(cluster.now(plan.anchor()).orElseThrow());
    Start second = anchor(Plans.of(Map.of("id", "again", "storage", Map.of("size", "10Mi"))));

    // When
    Throwable refused = catchThrowable(() -> create(second));

    // Then
    assertThat(Causes.failure(refused).orElseThrow().code()).isEqualTo(FailureCode.CONFLICT);
    assertThat(Causes.failure(refused).orElseThrow().message())
        .contains("Session again is stopping", "wait=true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Secret", "PersistentVolumeClaim", "Pod"})
  void object_of_the_former_life_that_ends_meanwhile_does_not_stop_the_start(String kind) {
    // Given
    Plan plan =
        Plans.of(
            Map.of("id", "again", "env", Map.of("PIN", "1"), "storage", Map.of("size", "10Mi")));
    Start start = anchor(plan);
    cluster.refuse(kind, FailureCode.CONFLICT);
    cluster.afterNextRead(() -> cluster.allow(kind));

    // When
    create(start);

    // Then
    assertThat(cluster.now(planned(plan, kind))).isPresent();
    assertThat(cluster.now(plan.pod())).isPresent();
  }

  @Test
  void pod_that_lost_its_anchor_means_that_the_session_is_stopping() {
    // Given
    Plan plan = Plans.of(Map.of("id", "again"));
    create(anchor(plan));
    Pod orphan = cluster.now(plan.pod()).orElseThrow();
    orphan.getMetadata().setOwnerReferences(null);
    cluster.deliverEnd(cluster.now(plan.anchor()).orElseThrow());
    Start second = anchor(Plans.of(Map.of("id", "again")));

    // When
    Throwable refused = catchThrowable(() -> create(second));

    // Then
    assertThat(Causes.failure(refused).orElseThrow().message())
        .contains("Session again is stopping", "wait=true");
    assertThat(cluster.now(plan.pod())).contains(orphan);
  }

  @Test
  void foreign_object_of_the_name_of_the_anchor_is_named() {
    // Given
    ConfigMap foreign = Serialization.clone(Plans.of(Map.of("id", "mine")).anchor());
    foreign.getMetadata().setAnnotations(Map.of());
    foreign.getMetadata().setUid("somebody-else");
    cluster.put(foreign);

    // When
    Throwable refused = catchThrowable(() -> anchor(Plans.of(Map.of("id", "mine"))));

    // Then
    assertThat(Causes.failure(refused).orElseThrow().code()).isEqualTo(FailureCode.CONFLICT);
    assertThat(Causes.failure(refused).orElseThrow().message())
        .contains("ConfigMap ns/" + foreign.getMetadata().getName(), "left alone");
    assertThat(cluster.now(foreign)).contains(foreign);
  }

  @Test
  void anchor_that_is_being_deleted_means_that_the_session_is_stopping() {
    // Given
    Plan plan = Plans.of(Map.of("id", "again"));
    Start first = anchor(plan);
    cluster
        .now(plan.anchor())
        .orElseThrow()
        .getMetadata()
        .setDeletionTimestamp("2026-01-01T00:00:00Z");

    // When
    Throwable refused = catchThrowable(() -> anchor(Plans.of(Map.of("id", "again"))));

    // Then
    assertThat(first.joined()).isFalse();
    assertThat(Causes.failure(refused).orElseThrow().message()).contains("is stopping");
  }

  @ParameterizedTest
  @CsvSource({
    "ConfigMap, QUOTA_EXCEEDED",
    "ConfigMap, FORBIDDEN",
    "ConfigMap, CONFIG_ERROR",
    "Pod, QUOTA_EXCEEDED"
  })
  void repeated_request_joins_although_it_is_refused_before_the_name_is_checked(
      String kind, FailureCode refusal) {
    // Given
    Plan plan = Plans.of(Map.of(), KEY);
    create(anchor(plan));
    cluster.refuse(kind, refusal);

    // When
    Start again = anchor(Plans.of(Map.of(), KEY));
    create(again);

    // Then
    assertThat(again.joined()).isTrue();
    assertThat(again.pod()).contains(ObjectRef.to(cluster.now(plan.pod()).orElseThrow()));
  }

  @ParameterizedTest
  @CsvSource({
    Annotations.STARTED_AT + ", 2026-01-01T12:00:00Z",
    Annotations.COMPLETED_AT + ", 2026-01-01T12:00:00Z",
    Annotations.FAILURE + ", '{\"code\": \"IMAGE_PULL\", \"message\": \"No image.\"}'"
  })
  void repeated_request_runs_nothing_again_in_a_session_that_was_ready_or_has_ended(
      String annotation, String value) {
    // Given
    Plan plan = Plans.of(Map.of(), KEY);
    create(anchor(plan));
    ConfigMap anchor = cluster.now(plan.anchor()).orElseThrow();
    anchor.getMetadata().getAnnotations().put(annotation, value);
    cluster.deliver(anchor);
    cluster.deliverEnd(cluster.now(plan.pod()).orElseThrow());

    // When
    Start again = anchor(Plans.of(Map.of(), KEY));
    create(again);

    // Then
    assertThat(again.settled()).isTrue();
    assertThat(cluster.now(plan.pod())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ConfigMap", "Pod"})
  void quota_that_is_really_used_up_refuses_the_start(String kind) {
    // Given
    cluster.refuse(kind, FailureCode.QUOTA_EXCEEDED);

    // When
    Throwable refused = catchThrowable(() -> create(anchor(Plans.of(Map.of("id", "poor")))));

    // Then
    assertThat(Causes.is(FailureCode.QUOTA_EXCEEDED, refused)).isTrue();
  }

  @Test
  void undo_reaches_no_later_life_of_the_session() {
    // Given
    Plan plan = Plans.of(Map.of("id", "twice"));
    Start first = anchor(plan);
    create(first);
    cluster.deliverEnd(cluster.now(plan.pod()).orElseThrow());
    cluster.deliverEnd(cluster.now(plan.anchor()).orElseThrow());
    Plan next = Plans.of(Map.of("id", "twice"));
    create(anchor(next));

    // When
    join(termination.undo(first));

    // Then
    assertThat(cluster.now(next.anchor())).isPresent();
    assertThat(cluster.now(next.pod())).isPresent();
  }

  @Test
  void unconfirmed_anchor_is_deleted_also_if_its_session_was_tried_again() {
    // Given
    cluster.fallSilent();
    catchThrowable(() -> anchor(Plans.of(Map.of("id", "same"))));
    catchThrowable(() -> anchor(Plans.of(Map.of("id", "same"))));

    // When
    cluster.comeBack();

    // Then
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void unconfirmed_anchor_is_deleted_as_soon_as_the_watch_delivers_it() {
    // Given
    cluster.fallSilent();
    Throwable away = catchThrowable(() -> anchor(Plans.of(Map.of())));

    // When
    cluster.comeBack();

    // Then
    assertThat(Causes.is(FailureCode.CLUSTER_UNREACHABLE, away)).isTrue();
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void unconfirmed_anchor_is_deleted_also_if_its_update_was_dropped() {
    // Given
    UnconfirmedCreates unconfirmed = new UnconfirmedCreates(cluster);
    cluster.fallSilent();
    Plan plan = Plans.of(Map.of());
    catchThrowable(() -> join(new Anchors(cluster, unconfirmed).createOrJoin(plan)));
    unconfirmed.close();
    cluster.comeBack();
    assertThat(cluster.now(plan.anchor())).isPresent();

    // When
    unconfirmed.onDropped(1);

    // Then
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void unconfirmed_anchor_with_an_idempotency_key_stays_for_the_repeated_request() {
    // Given
    Plan plan = Plans.of(Map.of(), KEY);
    cluster.fallSilent();
    catchThrowable(() -> anchor(plan));

    // When
    cluster.comeBack();

    // Then
    assertThat(cluster.now(plan.anchor())).isPresent();
  }

  @Test
  void anchor_of_the_same_name_that_another_request_created_stays() {
    // Given
    Plan lost = Plans.of(Map.of("id", "same"));
    cluster.fallSilent();
    catchThrowable(() -> anchor(lost));
    cluster.delete(ObjectRef.to(cluster.now(lost.anchor()).orElseThrow()));
    Plan others = Plans.of(Map.of("id", "same"));
    cluster.create(others.anchor());

    // When
    cluster.comeBack();

    // Then
    assertThat(cluster.now(others.anchor())).isPresent();
  }

  private static HasMetadata planned(Plan plan, String kind) {
    return kind.equals("Pod")
        ? plan.pod()
        : plan.objects().stream().filter(o -> o.getKind().equals(kind)).findFirst().orElseThrow();
  }

  private Start anchor(Plan plan) {
    return join(anchors.createOrJoin(plan));
  }

  private void create(Start start) {
    join(objects.create(start));
  }

  private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
