package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Names one object, as {@code kubectl} would: kind, namespace, name. */
public record ObjectRef(Class<? extends HasMetadata> type, String namespace, String name) {

  public static ObjectRef to(HasMetadata object) {
    return new ObjectRef(
        object.getClass(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  @Override
  public String toString() {
    return type.getSimpleName() + " " + namespace + "/" + name;
  }
}
