package dev.caravanserai.life;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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

  /**
   * Whether it is a pod of the planned one's session that no anchor owns any more, as after {@code
   * kubectl delete --cascade=orphan}. The reaper ends it.
   */
  static boolean orphaned(Pod planned, HasMetadata object) {
    return object instanceof Pod
        && Optional.ofNullable(object.getMetadata().getOwnerReferences()).stream()
            .allMatch(List::isEmpty)
        && Labels.MANAGED_BY_VALUE.equals(
            Optional.ofNullable(object.getMetadata().getLabels())
                .map(labels -> labels.get(Labels.MANAGED_BY))
                .orElse(""))
        && Stream.of(Annotations.ID, Annotations.TENANT)
            .allMatch(key -> annotations(planned).get(key).equals(annotations(object).get(key)));
  }

  /** Whether its deletion has begun. */
  static boolean ending(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  /** Whether the anchor's session was ready once. */
  static boolean started(HasMetadata anchor) {
    return annotations(anchor).containsKey(Annotations.STARTED_AT);
  }

  static Map<String, String> annotations(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
  }
}
