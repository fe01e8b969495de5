package dev.caravanserai.life;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The objects that a session consists of, as its anchor lists them. */
public final class SessionObjects {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "Pod", Pod.class,
          "PersistentVolumeClaim", PersistentVolumeClaim.class,
          "Secret", Secret.class,
          "Service", Service.class,
          "ConfigMap", ConfigMap.class,
          "Ingress", Ingress.class,
          "NetworkPolicy", NetworkPolicy.class);

  private SessionObjects() {}

  /** All of them but the anchor. */
  public static List<ObjectRef> of(ConfigMap anchor) {
    String listed = anchor.getMetadata().getAnnotations().getOrDefault(Annotations.OBJECTS, "");
    return Arrays.stream(listed.split(","))
        .map(entry -> entry.split("/", 2))
        .filter(entry -> entry.length == 2)
        .flatMap(
            entry ->
                Stream.ofNullable(KINDS.get(entry[0]))
                    .map(
                        type -> new ObjectRef(type, anchor.getMetadata().getNamespace(), entry[1])))
        .toList();
  }
}
