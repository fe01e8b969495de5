package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Responses to our own changes and watch events arrive in any order; the later version wins. */
class OwnChangesTest {
  private static final SessionKey KEY = new SessionKey("inn", "default", "a");
  private static final String EARLIER = "2026-01-01T12:00:00Z";
  private static final String LATER = "2026-01-01T13:00:00Z";

  private final SessionCache index = new SessionCache("inn", Runnable::run);

  @Test
  void response_is_indexed_before_the_watch_event() {
    // Given
    index.onUpdate(anchor("9", EARLIER));

    // When
    index.onUpdate(anchor("10", LATER));

    // Then
    assertThat(expiry()).isEqualTo(LATER);
  }

  @Test
  void response_older_than_the_watch_is_ignored() {
    // Given
    index.onUpdate(anchor("10", LATER));

    // When
    index.onUpdate(anchor("9", EARLIER));

    // Then
    assertThat(expiry()).isEqualTo(LATER);
  }

  @Test
  void response_about_a_deleted_anchor_restores_nothing() {
    // Given
    index.onUpdate(anchor("9", EARLIER));
    index.onDelete(anchor("11", EARLIER));

    // When
    index.onUpdate(anchor("10", LATER));

    // Then
    assertThat(index.find(KEY)).isEmpty();
  }

  private String expiry() {
    return index.find(KEY).orElseThrow().expiresAt().toString();
  }

  private static ConfigMap anchor(String version, String expiresAt) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("inns")
        .withUid("uid")
        .withResourceVersion(version)
        .withCreationTimestamp("2026-01-01T11:00:00Z")
        .addToAnnotations(
            Map.of(
                Annotations.ID,
                "a",
                Annotations.TENANT,
                "default",
                Annotations.STARTED_AT,
                Instant.parse("2026-01-01T11:00:01Z").toString(),
                Annotations.EXPIRES_AT,
                expiresAt))
        .endMetadata()
        .addToData("spec", "{}")
        .build();
  }
}
