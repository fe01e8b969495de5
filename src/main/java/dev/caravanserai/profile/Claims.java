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
import java.util.TreeMap;
import java.util.stream.IntStream;
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
    List<String> written = written(profile).toList();
    Map<String, String> named = new TreeMap<>();
    claims(pod)
        .filter(name -> objects.stream().noneMatch(object -> makes(object, name)))
        .filter(name -> !written.contains(name))
        .forEach(name -> named.put(name, pointer(metadata, name, written)));
    return named;
  }

  /**
   * @return the JSON pointer to where the request names an object; empty if unknown
   */
  static String pointer(Profile profile, Map<String, ?> metadata, String name) {
    return pointer(metadata, name, written(profile.file().objects()).toList());
  }

  static Stream<String> claims(Pod pod) {
    return Stream.ofNullable(pod.getSpec().getVolumes())
        .flatMap(List::stream)
        .map(Volume::getPersistentVolumeClaim)
        .filter(Objects::nonNull)
        .map(PersistentVolumeClaimVolumeSource::getClaimName)
        .filter(Objects::nonNull);
  }

  private static boolean makes(HasMetadata object, String name) {
    return object instanceof PersistentVolumeClaim && object.getMetadata().getName().equals(name);
  }

  /** The values of {@code claimName} in the profile's file: text and expressions. */
  private static Stream<String> written(Object value) {
    if (value instanceof Map<?, ?> map) {
      return Stream.concat(
          Stream.ofNullable(map.get(KEY)).filter(String.class::isInstance).map(String.class::cast),
          map.values().stream().flatMap(Claims::written));
    }
    return value instanceof List<?> list ? list.stream().flatMap(Claims::written) : Stream.empty();
  }

  /** Prefers the value that the profile uses as a claim's name: others may have the same text. */
  private static String pointer(Map<String, ?> metadata, String name, List<String> written) {
    List<String> equal = pointers("/metadata", metadata, name).toList();
    return equal.stream()
        .filter(pointer -> uses(written, pointer.substring(pointer.lastIndexOf('/') + 1)))
        .findFirst()
        .or(() -> equal.stream().findFirst())
        .orElse("");
  }

  private static boolean uses(List<String> expressions, String key) {
    return expressions.stream().anyMatch(text -> List.of(text.split("\\W+")).contains(key));
  }

  private static Stream<String> pointers(String at, Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .flatMap(
              e -> pointers(Pointers.child(at, String.valueOf(e.getKey())), e.getValue(), name));
    }
    if (value instanceof List<?> list) {
      return IntStream.range(0, list.size())
          .boxed()
          .flatMap(i -> pointers(at + "/" + i, list.get(i), name));
    }
    return Stream.of(at).filter(found -> name.equals(value));
  }
}
