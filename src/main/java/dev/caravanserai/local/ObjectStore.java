package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Objects in memory with versions: what an API server keeps in etcd. Every change gets the next
 * resource version. All nodes given and returned are copies. Safe for use by several threads.
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

  /**
   * Adds it as it is, with uid, creationTimestamp and resourceVersion; 409 when the name is taken.
   */
  ObjectNode create(Kind kind, ObjectNode object);

  Optional<ObjectNode> get(Kind kind, String namespace, String name);

  /** All of a kind; of all namespaces when none is given. */
  List<ObjectNode> list(Kind kind, Optional<String> namespace);

  /**
   * Changes it atomically; a change that leaves it equal makes no new version.
   *
   * @return as it is then; 404 when there is none
   */
  ObjectNode update(Kind kind, String namespace, String name, UnaryOperator<ObjectNode> change);

  /** Removes it at once, whatever its finalizers and grace. */
  Optional<ObjectNode> remove(Kind kind, String namespace, String name);

  /**
   * Tells what there is as {@code ADDED}, then every change, in order, one at a time, on a thread
   * of the store.
   *
   * @return closes the watch
   */
  AutoCloseable onChange(Kind kind, Consumer<Change> listener);
}
