package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the reaper is told, whatever the clock does and whatever somebody made of the objects. */
class SessionIndexTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant EXPIRES = NOW.plusSeconds(600);

  private static final String LATER = "2027-01-01T00:00:00Z";

  private final SessionIndex index = new SessionIndex("inn");

  @Test
  void a_clock_that_jumps_ahead_makes_due_what_is_over_by_then_and_nothing_else() {
    // Given
    index.seen(anchor("short", Map.of()));
    index.seen(anchor("long", Map.of(Annotations.EXPIRES_AT, LATER, Annotations.START_BY, LATER)));

    // When
    List<Session> before = index.takeDue(NOW);
    List<Session> after = index.takeDue(NOW.plus(Duration.ofDays(1)));

    // Then
    assertThat(before).isEmpty();
    assertThat(after).extracting(Session::id).containsExactly("short");
  }

  @Test
  void a_clock_that_jumps_back_ends_nothing_early_and_loses_nothing() {
    // Given
    index.seen(anchor("a", Map.of()));

    // When
    List<Session> anHourBack = index.takeDue(EXPIRES.minus(Duration.ofHours(1)));
    List<Session> then = index.takeDue(EXPIRES);

    // Then
    assertThat(anHourBack).isEmpty();
    assertThat(then).extracting(Session::id).containsExactly("a");
  }

  @Test
  void an_unreadable_expiry_is_replaced_by_that_of_the_pod() {
    // Given
    index.seen(pod("a", "1"));

    // When
    index.seen(anchor("a", Map.of(Annotations.EXPIRES_AT, "tomorrow")));

    // Then
    assertThat(index.takeDue(EXPIRES)).extracting(Session::expiresAt).containsExactly(EXPIRES);
  }

  @Test
  void an_unreadable_expiry_without_a_pod_is_replaced_by_the_longest_life() {
    // When
    index.seen(
        anchor(
            "a",
            Map.of(
                Annotations.EXPIRES_AT, "",
                Annotations.START_BY, LATER,
                Annotations.MAX_LIFETIME, "7200")));

    // Then
    Instant latest = NOW.plusSeconds(7200);
    assertThat(index.takeDue(latest.minusMillis(1))).isEmpty();
    assertThat(index.takeDue(latest)).hasSize(1);
  }

  @Test
  void an_unreadable_expiry_is_told_once_with_what_to_do() {
    // Given
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UnreadableTimes.class);
    logger.addAppender(told);
    try {
      ConfigMap edited = anchor("a", Map.of(Annotations.EXPIRES_AT, "tomorrow"));

      // When
      index.seen(anchor("a", Map.of()));
      index.seen(edited);
      index.seen(edited);
    } finally {
      logger.detachAppender(told);
    }

    // Then
    assertThat(told.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .contains("session=a", "tenant=default", "\"tomorrow\"")
        .contains(
            "kubectl -n ns annotate configmap session-a --overwrite caravanserai.dev/expires");
  }

  /** Nobody else is kept from being listed or ended by it. */
  @Property(tries = 300)
  void whatever_is_written_on_an_anchor_harms_no_other_session(
      @ForAll @NotBlank String text, @ForAll @NotBlank String json) {
    // Given
    SessionIndex index = new SessionIndex("inn");
    index.seen(anchor("good", Map.of()));
    ConfigMap bad = anchor("bad", Map.of());
    bad.getMetadata()
        .getAnnotations()
        .replaceAll((key, value) -> key.endsWith("/id") || key.endsWith("/tenant") ? value : text);
    bad.setData(Map.of("spec", "{\"labels\": " + json + ", \"metadata\": 3}"));

    // When
    index.seen(bad);

    // Then
    assertThat(index.all()).hasSize(2);
    assertThat(index.takeDue(EXPIRES)).extracting(Session::id).contains("good");
    assertThat(index.takeDue(Instant.parse("9999-01-01T00:00:00Z")))
        .extracting(Session::id)
        .contains("bad");
  }

  @Test
  void times_beyond_all_measure_harm_nothing() {
    // When
    index.seen(
        anchor(
            "a",
            Map.of(
                Annotations.START_BY, Instant.MAX.toString(),
                Annotations.CREATED_AT, Instant.MIN.toString(),
                Annotations.EXPIRES_AT, Instant.MAX.toString(),
                Annotations.MAX_LIFETIME, "99999999999999999999")));

    // Then
    assertThat(index.takeDue(NOW.plus(Duration.ofDays(2)))).hasSize(1);
  }

  @Test
  void an_anchor_without_a_pod_is_due_when_its_time_to_start_is_over() {
    // Given
    index.seen(anchor("a", Map.of(Annotations.START_BY, NOW.plusSeconds(60).toString())));

    // Then
    assertThat(index.takeDue(NOW.plusSeconds(64))).isEmpty();
    assertThat(index.takeDue(NOW.plusSeconds(65))).hasSize(1);
  }

  @Test
  void an_anchor_whose_pod_was_taken_away_tells_so_until_its_expiry() {
    // Given
    index.seen(
        anchor(
            "a",
            Map.of(
                Annotations.START_BY, NOW.plusSeconds(60).toString(),
                Annotations.STARTED_AT, NOW.toString())));

    // Then
    assertThat(index.all()).extracting(Session::state).containsExactly(State.FAILED);
    assertThat(index.takeDue(EXPIRES.minusMillis(1))).isEmpty();
    assertThat(index.takeDue(EXPIRES)).hasSize(1);
  }

  @Test
  void a_pod_without_an_anchor_is_due_soon_but_not_at_once() {
    // When
    index.seen(pod("a", "1"));
    Instant now = Instant.now();

    // Then
    assertThat(index.takeDue(now.plusSeconds(20))).isEmpty();
    assertThat(index.takeDue(now.plusSeconds(40))).hasSize(1);
  }

  @Test
  void a_pod_whose_anchor_comes_later_is_none() {
    // Given
    index.seen(pod("a", "1"));

    // When
    index.seen(anchor("a", Map.of()));

    // Then
    assertThat(index.takeDue(EXPIRES.minusMillis(1))).isEmpty();
  }

  @Test
  void a_pod_that_is_ending_needs_nobody_to_end_it() {
    // Given
    Pod pod = pod("a", "1");
    pod.getMetadata().setDeletionTimestamp(NOW.toString());

    // When
    index.seen(pod);

    // Then
    assertThat(index.takeDue(Instant.parse("9999-01-01T00:00:00Z"))).isEmpty();
  }

  private static ConfigMap anchor(String id, Map<String, String> marks) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("session-" + id)
        .withUid("anchor-" + id)
        .withCreationTimestamp(NOW.toString())
        .withAnnotations(marks(id))
        .addToAnnotations(marks)
        .endMetadata()
        .addToData("spec", "{}")
        .build();
  }

  private static Pod pod(String id, String uid) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("session-" + id)
        .withUid(uid)
        .withCreationTimestamp(NOW.toString())
        .withAnnotations(marks(id))
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  private static Map<String, String> marks(String id) {
    return Map.of(
        Annotations.ID, id,
        Annotations.TENANT, "default",
        Annotations.CREATED_AT, NOW.toString(),
        Annotations.START_BY, EXPIRES.toString(),
        Annotations.EXPIRES_AT, EXPIRES.toString());
  }
}
