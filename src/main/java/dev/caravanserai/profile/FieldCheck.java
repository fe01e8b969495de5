package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import dev.caravanserai.session.Nearest;
import dev.caravanserai.session.Pointers;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.KubernetesResource;
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
  private static final ObjectMapper JSON = new ObjectMapper();

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
  private static Optional<JavaType> kind(Map<?, ?> object) {
    try {
      Map<String, Object> name = new TreeMap<>();
      name.put("apiVersion", object.get("apiVersion"));
      name.put("kind", object.get("kind"));
      return Optional.ofNullable(JSON.convertValue(name, KubernetesResource.class))
          .filter(known -> !(known instanceof GenericKubernetesResource))
          .map(known -> JSON.constructType(known.getClass()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void value(JavaType type, Object value, String path, Set<String> ours) {
    if (value instanceof List<?> list && type.isCollectionLikeType()) {
      for (int i = 0; i < list.size(); i++) {
        value(type.getContentType(), list.get(i), path + "/" + i, OF_ITEMS);
      }
    } else if (value instanceof Map<?, ?> map && type.isMapLikeType()) {
      map.forEach((key, one) -> value(type.getContentType(), one, child(path, key), Set.of()));
    } else if (value instanceof Map<?, ?> map) {
      fields(type, map, path, ours);
    }
  }

  private void fields(JavaType type, Map<?, ?> map, String path, Set<String> ours) {
    BeanDescription description = JSON.getDeserializationConfig().introspect(type);
    if (!keepsUnknown(description)) {
      return;
    }
    Map<String, JavaType> known = new TreeMap<>();
    for (BeanPropertyDefinition property : description.findProperties()) {
      known.put(property.getName(), property.getPrimaryType());
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
  private static boolean keepsUnknown(BeanDescription description) {
    JsonDeserialize read = description.getClassAnnotations().get(JsonDeserialize.class);
    boolean asItStands = read == null || read.using().getSimpleName().equals("None");
    return asItStands && description.findAnySetterAccessor() != null;
  }

  private static String unknown(JavaType type, String field, Set<String> known) {
    return "there is no such field in a Kubernetes %s; %s"
        .formatted(
            type.getRawClass().getSimpleName(),
            Nearest.of(field, known)
                .map(near -> "did you mean " + near)
                .orElse("there are " + String.join(", ", known)));
  }

  private static String child(String path, Object key) {
    return Pointers.child(path, String.valueOf(key));
  }
}
