package dev.caravanserai.component.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The end of a session is counted once, whatever ended it. */
class StopMeterTest {
  private static final SessionKey KEY = new SessionKey("inn", "default", "a");
  private static final String PAST = "2026-01-01T00:00:00Z";
  private static final String FUTURE = Instant.now().plusSeconds(3600).toString();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SessionCache index = new SessionCache("inn", Runnable::run);
  private final StopMeter meter = new StopMeter(registry, index);

  @Test
  void retained_failed_start_is_not_counted_again_at_its_expiry() {
    // Given
    index.onUpdate(anchor(Map.of(Annotations.EXPIRES_AT, FUTURE)));
    Meter.End undone = meter.undoing(Optional.of(KEY));
    index.onUpdate(
        anchor(
            Map.of(
                Annotations.EXPIRES_AT,
                PAST,
                Annotations.FAILURE,
                "{\"code\":\"IMAGE_PULL\",\"message\":\"none\"}")));
    undone.ended(Optional.empty(), Optional.empty());

    // When
    meter.stopping(KEY).ended(Optional.empty(), Optional.empty());

    // Then
    assertThat(counts()).isEqualTo(Map.of("asked", 0, "expired", 0, "failedStart", 1));
    assertThat(registry.get("caravanserai.reaper.lateness").timer().count()).isZero();
  }

  @Test
  void concurrent_requests_to_stop_a_session_count_one_stop() {
    // Given
    index.onUpdate(anchor(Map.of(Annotations.EXPIRES_AT, FUTURE)));
    Meter.End first = meter.stopping(KEY);
    Meter.End second = meter.stopping(KEY);

    // When
    first.ended(Optional.empty(), Optional.empty());
    second.ended(Optional.empty(), Optional.empty());

    // Then
    assertThat(counts()).isEqualTo(Map.of("asked", 1, "expired", 0, "failedStart", 0));
  }

  @Test
  void stop_whose_wait_fails_is_counted_if_the_session_ends() {
    // Given
    ConfigMap anchor = anchor(Map.of(Annotations.EXPIRES_AT, FUTURE));
    index.onUpdate(anchor);
    Meter.End refused = meter.stopping(KEY);
    Meter.End late = meter.stopping(KEY);
    Optional<Throwable> failed = Optional.of(new IllegalStateException("late"));

    // When
    refused.ended(Optional.empty(), failed);
    anchor.getMetadata().setDeletionTimestamp(PAST);
    index.onUpdate(anchor);
    late.ended(Optional.empty(), failed);

    // Then
    assertThat(counts()).isEqualTo(Map.of("asked", 1, "expired", 0, "failedStart", 0));
  }

  @Test
  void session_stopped_while_starting_is_not_a_failed_start() {
    // Given
    ConfigMap anchor = anchor(Map.of(Annotations.EXPIRES_AT, FUTURE));
    index.onUpdate(anchor);
    meter.stopping(KEY).ended(Optional.empty(), Optional.empty());
    anchor.getMetadata().setDeletionTimestamp(PAST);
    index.onUpdate(anchor);

    // When
    meter.undoing(Optional.of(KEY)).ended(Optional.empty(), Optional.empty());

    // Then
    assertThat(counts()).isEqualTo(Map.of("asked", 1, "expired", 0, "failedStart", 0));
  }

  @Test
  void failed_start_that_was_not_undone_is_counted_when_the_reaper_deletes_it() {
    // Given
    index.onUpdate(anchor(Map.of(Annotations.EXPIRES_AT, FUTURE, Annotations.START_BY, PAST)));
    meter
        .undoing(Optional.of(KEY))
        .ended(Optional.empty(), Optional.of(new IllegalStateException("away")));

    // When
    meter.stopping(KEY).ended(Optional.empty(), Optional.empty());

    // Then
    assertThat(counts()).isEqualTo(Map.of("asked", 0, "expired", 1, "failedStart", 0));
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    registry
        .get("caravanserai.session.stops")
        .counters()
        .forEach(c -> counts.put(c.getId().getTag("reason"), (int) c.count()));
    return counts;
  }

  private static ConfigMap anchor(Map<String, String> marks) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("ns")
        .withUid("1")
        .addToAnnotations(Annotations.ID, KEY.id())
        .addToAnnotations(Annotations.TENANT, KEY.tenant())
        .addToAnnotations(marks)
        .endMetadata()
        .build();
  }
}
