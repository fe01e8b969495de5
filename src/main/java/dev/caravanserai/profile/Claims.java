package dev.caravanserai.profile;

import dev.caravanserai.session.Pointers;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the claims that a pod mounts because the request names them. */
final class Claims {
  private static final String KEY = "claimName";

  private Claims() {}

  /**
   * Without those that the plan creates, and without those that the profile's file names literally:
   * these are its author's choice.
   *
   * @return by the claim's name the JSON pointer to where the request names it; empty if unknown
   */
  static Map<String, String> named(
      Pod pod, List<HasMetadata> objects, List<Object> profile, Map<String, ?> metadata) {
    Map<String, String> named = new TreeMap<>();
    claims(pod)
        .filter(name -> objects.stream().noneMatch(object -> makes(object, name)))
        .filter(name -> !written(profile, name))
        .forEach(name -> named.put(name, pointer("/metadata", metadata, name).orElse("")));
    return named;
  }

  private static Stream<String> claims(Pod pod) {
    return Stream.ofNullable(pod.getSpec().getVolumes())
        .flatMap(List::stream)
        .map(Volume::getPersistentVolumeClaim)
        .filter(Objects::nonNull)
        .map(PersistentVolumeClaimVolumeSource::getClaimName);
  }

  private static boolean makes(HasMetadata object, String name) {
    return object instanceof PersistentVolumeClaim && object.getMetadata().getName().equals(name);
  }

  private static boolean written(Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      return name.equals(map.get(KEY)) || map.values().stream().anyMatch(v -> written(v, name));
    }
    return value instanceof List<?> list && list.stream().anyMatch(v -> written(v, name));
  }

  private static Optional<String> pointer(String at, Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .flatMap(
              e ->
                  pointer(Pointers.child(at, String.valueOf(e.getKey())), e.getValue(), name)
                      .stream())
          .findFirst();
    }
    if (value instanceof List<?> list) {
      return Stream.iterate(0, i -> i < list.size(), i -> i + 1)
          .flatMap(i -> pointer(at + "/" + i, list.get(i), name).stream())
          .findFirst();
    }
    return name.equals(value) ? Optional.of(at) : Optional.empty();
  }
}
