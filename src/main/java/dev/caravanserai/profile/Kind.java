package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import java.util.Map;
import java.util.Optional;

/** The kind of a Kubernetes object, and the class of the model for it. */
record Kind(String apiVersion, String name, Class<? extends HasMetadata> type) {
  /** Reads the whole model at its first use, which is slow. */
  private static final ObjectMapper MODEL = new ObjectMapper();

  /** Kinds found without the model. */
  private static final Map<String, Class<? extends HasMetadata>> USUAL =
      Map.of(
          "v1/Pod", Pod.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
          "v1/Secret", Secret.class,
          "v1/Service", Service.class);

  /** A kind that the model does not know is a {@link GenericKubernetesResource}. */
  static Kind of(Map<?, ?> object) {
    String apiVersion = String.valueOf(object.get("apiVersion"));
    String kind = String.valueOf(object.get("kind"));
    return new Kind(
        apiVersion,
        kind,
        Optional.<Class<? extends HasMetadata>>ofNullable(USUAL.get(apiVersion + "/" + kind))
            .orElseGet(() -> lookUp(Map.of("apiVersion", apiVersion, "kind", kind))));
  }

  private static Class<? extends HasMetadata> lookUp(Map<String, String> object) {
    return MODEL.convertValue(object, KubernetesResource.class) instanceof HasMetadata known
        ? known.getClass()
        : GenericKubernetesResource.class;
  }

  /** Whether it is a custom resource. */
  boolean custom() {
    return type == GenericKubernetesResource.class;
  }

  /** Why an object of this kind cannot belong to a session; empty if it can. */
  Optional<String> wrong() {
    if (custom() && !apiVersion.contains(".")) {
      return Optional.of("Kubernetes has no kind %s in %s".formatted(name, apiVersion));
    }
    return custom() || Namespaced.class.isAssignableFrom(type)
        ? Optional.empty()
        : Optional.of(
            "a %s belongs to no namespace, so it would stay when the session ends; use kinds that belong to one"
                .formatted(name));
  }
}
