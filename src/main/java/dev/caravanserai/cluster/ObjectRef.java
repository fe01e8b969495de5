package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Names one object of any kind.
 *
 * @param uid of the life that is meant; empty for whichever object has the name
 */
public record ObjectRef(
    String apiVersion, String kind, String namespace, String name, Optional<String> uid) {

  public ObjectRef {
    Objects.requireNonNull(apiVersion, "apiVersion");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(name, "name");
  }

  /** Names the object by its uid too, if the cluster has given it one. */
  public static ObjectRef to(HasMetadata object) {
    return new ObjectRef(
        object.getApiVersion(),
        object.getKind(),
        object.getMetadata().getNamespace(),
        object.getMetadata().getName(),
        Optional.ofNullable(object.getMetadata().getUid()));
  }

  /** Whichever object of a built-in kind has this name. */
  public static ObjectRef named(Class<? extends HasMetadata> type, String namespace, String name) {
    return new ObjectRef(
        HasMetadata.getApiVersion(type),
        HasMetadata.getKind(type),
        namespace,
        name,
        Optional.empty());
  }

  /** Whichever object has the name. */
  public ObjectRef anyLife() {
    return new ObjectRef(apiVersion, kind, namespace, name, Optional.empty());
  }

  /** As an annotation lists it: {@code apiVersion/kind/name}. */
  public String listed() {
    return apiVersion + "/" + kind + "/" + name;
  }

  /**
   * The objects of a session, by their names, as its anchor lists them; skips what cannot be read,
   * since it may have been edited by hand.
   */
  public static List<ObjectRef> listedBy(ConfigMap anchor) {
    String listed = SessionReader.annotations(anchor).getOrDefault(Annotations.OBJECTS, "");
    return Arrays.stream(listed.split(","))
        .map(text -> read(anchor.getMetadata().getNamespace(), text))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<ObjectRef> read(String namespace, String text) {
    int name = text.lastIndexOf('/');
    int kind = name < 1 ? -1 : text.lastIndexOf('/', name - 1);
    return kind < 1
        ? Optional.empty()
        : Optional.of(
            new ObjectRef(
                text.substring(0, kind),
                text.substring(kind + 1, name),
                namespace,
                text.substring(name + 1),
                Optional.empty()));
  }

  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
