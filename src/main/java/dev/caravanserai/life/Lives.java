package dev.caravanserai.life;

import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which life of a session an object belongs to: the uid of the anchor that owns it. */
final class Lives {
  private Lives() {}

  /** Whether the anchor with this uid owns the object. */
  static boolean owns(String anchorUid, HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getOwnerReferences()).stream()
        .flatMap(List::stream)
        .anyMatch(owner -> owner.getUid().equals(anchorUid));
  }

  /** Whether an anchor of this name, but of another life, owns the object. */
  static boolean ofAnotherLife(String anchorName, String anchorUid, HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getOwnerReferences()).stream()
        .flatMap(List::stream)
        .anyMatch(
            owner ->
                owner.getKind().equals("ConfigMap")
                    && owner.getName().equals(anchorName)
                    && !owner.getUid().equals(anchorUid));
  }

  /** Whether its deletion has begun. */
  static boolean ending(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  /** Whether the anchor's session was ready once. */
  static boolean started(ConfigMap anchor) {
    return annotations(anchor).containsKey(Annotations.STARTED_AT);
  }

  static Map<String, String> annotations(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
  }
}
