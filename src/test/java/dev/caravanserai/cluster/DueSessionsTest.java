package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Due sessions, also when the clock jumps or objects of a session are missing. */
class DueSessionsTest {
  private static final String LATER = "2027-01-01T00:00:00Z";

  private final SessionCache index = new SessionCache("inn", Runnable::run);

  @Test
  void clock_set_ahead_expires_only_sessions_past_their_expiry() {
    // Given
    index.onUpdate(Marked.anchor("short", Map.of()));
    index.onUpdate(
        Marked.anchor("long", Map.of(Annotations.EXPIRES_AT, LATER, Annotations.START_BY, LATER)));

    // When
    List<Session> before = index.takeDue(Marked.NOW);
    List<Session> after = index.takeDue(Marked.NOW.plus(Duration.ofDays(1)));

    // Then
    assertThat(before).isEmpty();
    assertThat(after).extracting(Session::id).containsExactly("short");
  }

  @Test
  void clock_set_back_neither_expires_early_nor_loses_sessions() {
    // Given
    index.onUpdate(Marked.anchor("a", Map.of()));

    // When
    List<Session> anHourBack = index.takeDue(Marked.EXPIRES.minus(Duration.ofHours(1)));
    List<Session> then = index.takeDue(Marked.EXPIRES);

    // Then
    assertThat(anHourBack).isEmpty();
    assertThat(then).extracting(Session::id).containsExactly("a");
  }

  @Test
  void anchor_without_a_pod_is_due_when_its_time_to_start_is_over() {
    // Given
    index.onUpdate(
        Marked.anchor("a", Map.of(Annotations.START_BY, Marked.NOW.plusSeconds(60).toString())));

    // Then
    assertThat(index.takeDue(Marked.NOW.plusSeconds(64))).isEmpty();
    assertThat(index.takeDue(Marked.NOW.plusSeconds(65))).hasSize(1);
  }

  @Test
  void session_whose_pod_was_removed_is_due_at_its_expiry() {
    // Given
    Map<String, String> marks =
        Map.of(
            Annotations.START_BY, Marked.NOW.plusSeconds(60).toString(),
            Annotations.STARTED_AT, Marked.NOW.toString(),
            Annotations.OBJECTS, "v1/Pod/session-a");
    index.resolveDoubtsBy(index::onPodLost);

    // When
    index.onUpdate(Marked.anchor("a", marks));

    // Then
    assertThat(index.all()).extracting(Session::state).containsExactly(State.FAILED);
    assertThat(index.takeDue(Marked.EXPIRES.minusMillis(1))).isEmpty();
    assertThat(index.takeDue(Marked.EXPIRES)).hasSize(1);
  }

  @Test
  void pod_without_an_anchor_is_an_orphan_and_not_due_until_its_anchor_arrives() {
    // Given
    index.onUpdate(Marked.pod("a", "1"));
    assertThat(index.takeDue(Instant.parse("9999-01-01T00:00:00Z"))).isEmpty();
    assertThat(index.orphans()).hasSize(1);

    // When
    index.onUpdate(Marked.anchor("a", Map.of()));

    // Then
    assertThat(index.takeDue(Marked.EXPIRES.minusMillis(1))).isEmpty();
    assertThat(index.takeDue(Marked.EXPIRES)).hasSize(1);
    assertThat(index.orphans()).isEmpty();
  }

  @Test
  void pod_that_is_ending_without_an_anchor_is_no_orphan() {
    // Given
    Pod pod = Marked.pod("a", "1");
    pod.getMetadata().setDeletionTimestamp(Marked.NOW.toString());

    // When
    index.onUpdate(pod);

    // Then
    assertThat(index.orphans()).isEmpty();
  }
}
