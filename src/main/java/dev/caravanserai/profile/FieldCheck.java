package dev.caravanserai.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.caravanserai.session.Nearest;
import dev.caravanserai.session.Pointers;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether the fields of a profile's objects are fields of Kubernetes: an API server drops what it
 * does not know, and says nothing. Evaluates nothing. Kinds that the model does not know, as those
 * of custom resources, may have any field.
 */
final class FieldCheck {
  /** To find any other kind all of the model has to be read, which takes a while. */
  private static final Map<String, Class<?>> USUAL =
      Map.of(
          "v1/Pod", Pod.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
          "v1/Secret", Secret.class,
          "v1/Service", Service.class,
          "networking.k8s.io/v1/Ingress", Ingress.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

  /** Where a class of the model keeps what it does not know. */
  private static final String UNKNOWN = "additionalProperties";

  /** Our own, in maps that are items of a list. */
  private static final Set<String> OF_ITEMS = Set.of("each", "when");

  private final Profile profile;
  private final Mistakes mistakes;

  FieldCheck(Profile profile, Mistakes mistakes) {
    this.profile = profile;
    this.mistakes = mistakes;
  }

  void all() {
    for (int i = 0; i < profile.objects().size(); i++) {
      if (profile.objects().get(i) instanceof Map<?, ?> object) {
        String path = "/objects/" + i;
        kind(object).ifPresent(type -> fields(type, object, path, OF_ITEMS));
      }
    }
  }

  /** Empty where it is none that the model knows. */
  private static Optional<Class<?>> kind(Map<?, ?> object) {
    String version = String.valueOf(object.get("apiVersion"));
    String kind = String.valueOf(object.get("kind"));
    return Optional.<Class<?>>ofNullable(USUAL.get(version + "/" + kind))
        .or(() -> unusual(version, kind));
  }

  private static Optional<Class<?>> unusual(String version, String kind) {
    try {
      Map<String, String> name = Map.of("apiVersion", version, "kind", kind);
      return Optional.ofNullable(new ObjectMapper().convertValue(name, KubernetesResource.class))
          .filter(known -> !(known instanceof GenericKubernetesResource))
          .map(Object::getClass);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void value(Type type, Object value, String path, Set<String> ours) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      content(arguments[arguments.length - 1], value, path);
    } else if (type instanceof Class<?> one && value instanceof Map<?, ?> map) {
      fields(one, map, path, ours);
    }
  }

  /** Of a list or a map. */
  private void content(Type type, Object value, String path) {
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        value(type, list.get(i), path + "/" + i, OF_ITEMS);
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, one) -> value(type, one, child(path, key), Set.of()));
    }
  }

  private void fields(Class<?> type, Map<?, ?> map, String path, Set<String> ours) {
    if (!keepsUnknown(type)) {
      return;
    }
    Map<String, Type> known = new TreeMap<>();
    for (Field field : type.getDeclaredFields()) {
      Optional.ofNullable(field.getAnnotation(JsonProperty.class))
          .ifPresent(name -> known.put(name.value(), field.getGenericType()));
    }
    map.forEach(
        (key, value) -> {
          String field = String.valueOf(key);
          if (known.containsKey(field)) {
            value(known.get(field), value, child(path, field), Set.of());
          } else if (!ours.contains(field)) {
            mistakes.in(profile.source(), child(path, field), unknown(type, field, known.keySet()));
          }
        });
  }

  /** Only where the model would take a field that it does not know is there something to find. */
  private static boolean keepsUnknown(Class<?> type) {
    JsonDeserialize read = type.getAnnotation(JsonDeserialize.class);
    boolean asItStands = read == null || read.using() == JsonDeserializer.None.class;
    return asItStands
        && Arrays.stream(type.getDeclaredFields()).anyMatch(f -> f.getName().equals(UNKNOWN));
  }

  private static String unknown(Class<?> type, String field, Set<String> known) {
    return "there is no such field in a Kubernetes %s; %s"
        .formatted(
            type.getSimpleName(),
            Nearest.of(field, known)
                .map(near -> "did you mean " + near)
                .orElse("there are " + String.join(", ", known)));
  }

  private static String child(String path, Object key) {
    return Pointers.child(path, String.valueOf(key));
  }
}
