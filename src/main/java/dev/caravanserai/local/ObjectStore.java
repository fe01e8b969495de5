package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Objects with versions: what an API server keeps in etcd. All nodes given and returned are copies.
 * Safe for use by several threads.
 */
interface ObjectStore {

  /** What happened to an object; for {@code DELETED} it is its last state. */
  record Change(Type type, ObjectNode object) {
    enum Type {
      ADDED,
      MODIFIED,
      DELETED
    }
  }

  /** Adds it, with uid, creationTimestamp and resourceVersion; 409 when the name is taken. */
  ObjectNode create(Kind kind, ObjectNode object);

  Optional<ObjectNode> get(Kind kind, String namespace, String name);

  /** All of a kind; of all namespaces when none is given. */
  List<ObjectNode> list(Kind kind, Optional<String> namespace);

  /** Changes it atomically; no new version when it is as before; 404 when there is none. */
  ObjectNode update(Kind kind, String namespace, String name, UnaryOperator<ObjectNode> change);

  /** Removes it at once, whatever its finalizers and grace. */
  Optional<ObjectNode> remove(Kind kind, String namespace, String name);

  /**
   * Tells what there is as {@code ADDED}, then every change, in order, one at a time, on a thread
   * of its own; closing what is returned ends it.
   */
  AutoCloseable onChange(Kind kind, Consumer<Change> listener);
}
