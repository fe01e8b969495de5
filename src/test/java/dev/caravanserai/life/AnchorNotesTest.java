package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.SampleSessions;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnchorNotesTest {
  private static final Failure FAILURE = Failure.of(FailureCode.OOM_KILLED, "it had 64Mi");

  private final MemoryCluster cluster = new MemoryCluster();
  private final AnchorNotes notes = new AnchorNotes(cluster, Duration.ofMinutes(10));
  private final ConfigMap anchor =
      cluster.create(anchor("2999-01-01T00:00:00Z")).toCompletableFuture().join();

  private static ConfigMap anchor(String expires) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("session-a")
        .withResourceVersion("1")
        .addToAnnotations(Annotations.EXPIRES_AT, expires)
        .endMetadata()
        .build();
  }

  private void changeExpiry(String expires, String resourceVersion) {
    ConfigMap changed = anchor(expires);
    changed.getMetadata().setUid(anchor.getMetadata().getUid());
    changed.getMetadata().setResourceVersion(resourceVersion);
    cluster.put(changed);
  }

  private String noted() {
    return cluster.notes(ObjectRef.to(anchor)).get(Annotations.EXPIRES_AT);
  }

  @Test
  void failure_is_kept_for_the_retention_but_never_beyond_the_expiry() {
    // When
    notes.failed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();

    // Then
    assertThat(Instant.parse(noted())).isBefore(Instant.now().plus(Duration.ofMinutes(11)));
  }

  @Test
  void expiry_that_changes_while_a_failure_is_noted_is_not_overwritten() {
    // Given
    String earlier = "2026-01-01T00:00:00Z";
    cluster.afterNextRead(() -> changeExpiry(earlier, "77"));

    // When
    boolean there =
        notes.failed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();

    // Then
    assertThat(there).isTrue();
    assertThat(noted()).isEqualTo(earlier);
  }

  @Test
  void failure_that_another_replica_has_noted_is_not_overwritten() {
    // Given
    ConfigMap noted = anchor("2999-01-01T00:00:00Z");
    noted.getMetadata().setUid(anchor.getMetadata().getUid());
    noted.getMetadata().getAnnotations().put(Annotations.FAILURE, "{}");
    cluster.put(noted);

    // When
    boolean there =
        notes.failed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();

    // Then
    assertThat(there).isTrue();
    assertThat(cluster.notes(ObjectRef.to(anchor))).isEmpty();
  }

  @Test
  void failed_start_of_a_session_that_was_ready_is_not_noted() {
    // Given
    ConfigMap started = anchor("2999-01-01T00:00:00Z");
    started.getMetadata().setUid(anchor.getMetadata().getUid());
    started.getMetadata().getAnnotations().put(Annotations.STARTED_AT, "2026-01-01T00:00:00Z");
    cluster.put(started);

    // When
    notes.startFailed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();

    // Then
    assertThat(cluster.notes(ObjectRef.to(anchor))).isEmpty();
    notes.failed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();
    assertThat(cluster.notes(ObjectRef.to(anchor))).as("it failed later").isNotEmpty();
  }

  @Test
  void failure_is_not_noted_on_the_next_life_of_an_anchor() {
    // Given
    cluster.deliverEnd(anchor);
    ConfigMap next = cluster.create(anchor("2999-01-01T00:00:00Z")).toCompletableFuture().join();

    // When
    boolean there =
        notes.failed("default", ObjectRef.to(anchor), FAILURE).toCompletableFuture().join();

    // Then
    assertThat(there).isFalse();
    assertThat(cluster.notes(ObjectRef.to(next))).isEmpty();
  }

  @Test
  void parallel_uses_of_a_session_write_its_last_activity_once() {
    // Given
    Start start =
        new Anchors(cluster, new UnconfirmedCreates(cluster))
            .createOrJoin(Plans.of(Map.of("id", "busy")))
            .toCompletableFuture()
            .join();
    Session idle =
        SampleSessions.of(
            start.key(), to -> to.lastActivityAt(Instant.now().minus(Duration.ofMinutes(1))));
    Runnable answer = cluster.holdNotes();

    // When
    for (int i = 0; i < 10; i++) {
      notes.used(idle);
    }

    // Then
    assertThat(cluster.noted()).isEqualTo(1);
    answer.run();
    notes.used(idle);
    assertThat(cluster.noted()).isEqualTo(2);
  }
}
