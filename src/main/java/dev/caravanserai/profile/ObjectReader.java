package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;

/** From evaluated maps to Kubernetes objects. Thread safe. */
final class ObjectReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ObjectReader() {}

  static List<HasMetadata> read(Profile profile, List<?> values) {
    List<HasMetadata> objects = new ArrayList<>();
    for (Object value : values) {
      objects.add(read(profile, value));
    }
    return objects;
  }

  private static HasMetadata read(Profile profile, Object value) {
    try {
      if (JSON.convertValue(value, KubernetesResource.class) instanceof HasMetadata object) {
        if (object.getMetadata() == null) {
          object.setMetadata(new ObjectMeta());
        }
        return object;
      }
    } catch (IllegalArgumentException e) {
      throw wrong(profile, e.getMessage().lines().findFirst().orElse("it cannot be read"));
    }
    throw wrong(profile, "an object without apiVersion, kind and metadata");
  }

  private static FailureException wrong(Profile profile, String why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR,
        "Profile %s (%s), /objects: this is no Kubernetes object: %s."
            .formatted(profile.name(), profile.source(), why));
  }
}
