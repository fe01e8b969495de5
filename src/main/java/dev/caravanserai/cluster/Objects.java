package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Objects of a cluster, of any kind. Safe for use by several threads. No call waits; every stage
 * fails with a {@link dev.caravanserai.session.FailureException}. Anchors and pods of sessions that
 * a call returns are known to {@link SessionIndex} before its stage is complete.
 */
public interface Objects {

  /**
   * Creates an object under its fixed name.
   *
   * @return the object as the cluster has it; fails with CONFLICT when the name is taken,
   *     QUOTA_EXCEEDED, FORBIDDEN, CONFIG_ERROR (refused as invalid), CLUSTER_UNREACHABLE
   */
  <T extends HasMetadata> CompletionStage<T> create(T object);

  /**
   * Reads the current object from the cluster, without a cache.
   *
   * @param tenant for which it is read: its requests take turns with those of the others
   * @return the object in its own class, or as a generic resource if its kind is not built in;
   *     empty if there is none of that name, or only one with another uid
   */
  CompletionStage<Optional<HasMetadata>> get(String tenant, ObjectRef object);

  /** Reads an object of a built-in kind by its name. */
  default <T extends HasMetadata> CompletionStage<Optional<T>> get(
      String tenant, Class<T> type, String namespace, String name) {
    return get(tenant, ObjectRef.named(type, namespace, name))
        .thenApply(found -> found.map(type::cast));
  }

  /**
   * Asks for an object to be deleted; what it owns goes with it.
   *
   * @param object with the uid of the one that is meant: the API server refuses to delete another
   *     one of the same name
   * @return whether it was there; fails if {@code object} has no uid
   */
  CompletionStage<Boolean> delete(ObjectRef object);

  /**
   * Sets annotations and keeps all else.
   *
   * @param object with the uid of the one that is meant: the API server refuses to change another
   *     one of the same name
   * @return whether it was there; fails if {@code object} has no uid
   */
  default CompletionStage<Boolean> annotate(ObjectRef object, Map<String, String> annotations) {
    return annotate(object, annotations, Optional.empty());
  }

  /**
   * Sets annotations unless the object has been changed since a version.
   *
   * @return whether it was there, in that version
   */
  CompletionStage<Boolean> annotate(
      ObjectRef object, Map<String, String> annotations, Optional<String> resourceVersion);

  /** The last warning events about an object's life, oldest first, as {@code Reason: message}. */
  CompletionStage<List<String>> warnings(ObjectRef object);
}
