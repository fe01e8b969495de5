package dev.caravanserai.life;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;

/** The objects that a session consists of, as its anchor lists them. */
public final class SessionObjects {
  private SessionObjects() {}

  /** All of them but the anchor, by name: read one to know whether the anchor owns it. */
  public static List<ObjectRef> of(ConfigMap anchor) {
    return ObjectRef.readList(
        anchor.getMetadata().getNamespace(),
        anchor.getMetadata().getAnnotations().getOrDefault(Annotations.OBJECTS, ""));
  }
}
