package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.Map;

/** Anchors and pods as a session has them, from {@code NOW} to {@code EXPIRES}. */
final class Marked {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  static final Instant EXPIRES = NOW.plusSeconds(600);

  private Marked() {}

  static ConfigMap anchor(String id, Map<String, String> marks) {
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

  static Pod pod(String id, String uid) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("session-" + id)
        .withUid(uid)
        .withCreationTimestamp(NOW.toString())
        .withAnnotations(marks(id))
        .addNewOwnerReference()
        .withKind("ConfigMap")
        .withUid("anchor-" + id)
        .endOwnerReference()
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
