package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Objects with versions: what an API server keeps in etcd, here in memory. It remembers the last
 * {@value #KEPT} changes. All nodes given and returned are copies, but for those of an {@link
 * Event}. Safe for use by several threads.
 */
final class ObjectStore {
  static final int KEPT = 1000;

  enum Change {
    ADDED,
    MODIFIED,
    DELETED
  }

  /**
   * One change. Its nodes are the store's own: to be read, not to be changed.
   *
   * @param object as it is now; when it was deleted, as it was last
   * @param before the object as it was; empty when it was added
   */
  record Event(
      long version, Kind kind, Change change, ObjectNode object, Optional<ObjectNode> before) {}

  /** By {@link #key}. Nodes in here are replaced, never changed. */
  private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();

  private final Deque<Event> history = new ArrayDeque<>();
  private final List<Consumer<Event>> followers = new CopyOnWriteArrayList<>();
  private long version = 1;
  private long forgotten = 0;

  /** Adds it, with uid, creationTimestamp and resourceVersion; 409 when the name is taken. */
  synchronized ObjectNode create(Kind kind, ObjectNode object) {
    ObjectNode node = object.deepCopy();
    if (objects.containsKey(key(kind, node))) {
      throw ApiError.alreadyExists(kind, Json.name(node));
    } else if (!Json.text(node, "/metadata/resourceVersion").isEmpty()) {
      throw ApiError.internal("resourceVersion should not be set on objects to be created");
    }
    ObjectNode meta = Json.meta(node);
    if (!meta.hasNonNull("uid")) {
      meta.put("uid", UUID.randomUUID().toString());
    }
    meta.put("creationTimestamp", now().toString());
    return commit(kind, Change.ADDED, node, Optional.empty());
  }

  synchronized Optional<ObjectNode> get(Kind kind, String namespace, String name) {
    return Optional.ofNullable(objects.get(key(kind, namespace, name))).map(ObjectNode::deepCopy);
  }

  /** 404 when there is none. */
  ObjectNode there(Kind kind, String namespace, String name) {
    return get(kind, namespace, name).orElseThrow(() -> ApiError.notFound(kind, name));
  }

  /** All of a kind; of all namespaces when none is given. */
  synchronized List<ObjectNode> list(Kind kind, Optional<String> namespace) {
    String from = kind.plural + "/" + namespace.map(n -> n + "/").orElse("");
    return objects.subMap(from, from + Character.MAX_VALUE).values().stream()
        .map(ObjectNode::deepCopy)
        .toList();
  }

  /** Changes it atomically; no new version when it is as before; 404 when there is none. */
  synchronized ObjectNode update(
      Kind kind, String namespace, String name, UnaryOperator<ObjectNode> change) {
    ObjectNode before = there(kind, namespace, name);
    ObjectNode after = change.apply(before.deepCopy()).deepCopy();
    Json.take(Json.meta(after), before.path("metadata"), "resourceVersion");
    return after.equals(before) ? after : commit(kind, Change.MODIFIED, after, Optional.of(before));
  }

  /** Removes it at once, whatever its finalizers and grace. */
  synchronized Optional<ObjectNode> remove(Kind kind, String namespace, String name) {
    Optional<ObjectNode> before = get(kind, namespace, name);
    return before.map(last -> commit(kind, Change.DELETED, last.deepCopy(), before));
  }

  private ObjectNode commit(
      Kind kind, Change change, ObjectNode node, Optional<ObjectNode> before) {
    Json.meta(node).put("resourceVersion", Long.toString(++version));
    if (change == Change.DELETED) {
      objects.remove(key(kind, node));
    } else {
      objects.put(key(kind, node), node);
    }
    Event event = new Event(version, kind, change, node, before);
    history.add(event);
    if (history.size() > KEPT) {
      forgotten = history.remove().version;
    }
    followers.forEach(follower -> follower.accept(event));
    return node.deepCopy();
  }

  /** The version of the last change. */
  synchronized long version() {
    return version;
  }

  /**
   * Tells every change of a kind after a version, the kept ones first. The listener runs under the
   * store's lock: it must return at once.
   *
   * @param after 0 for all that there is, as {@code ADDED}, and what comes then
   * @return ends it
   * @throws ApiError 410 when changes after that version are no longer kept
   */
  synchronized Runnable follow(Kind kind, long after, Consumer<Event> listener) {
    if (after > 0 && after < forgotten) {
      String message = "too old resource version: %d (%d)".formatted(after, forgotten);
      throw new ApiError(410, "Expired", message);
    }
    Consumer<Event> follower =
        event -> {
          if (event.kind == kind) {
            listener.accept(event);
          }
        };
    if (after == 0) {
      list(kind, Optional.empty()).stream()
          .map(o -> new Event(version, kind, Change.ADDED, o, Optional.empty()))
          .forEach(listener);
    } else {
      history.stream().filter(e -> e.version > after).forEach(follower);
    }
    followers.add(follower);
    return () -> followers.remove(follower);
  }

  /** In this order lists come. */
  static String key(Kind kind, JsonNode object) {
    return key(kind, Json.namespace(object), Json.name(object));
  }

  private static String key(Kind kind, String namespace, String name) {
    return kind.plural + "/" + namespace + "/" + name;
  }

  /** One view of several reads and writes. */
  synchronized <T> T atomically(Supplier<T> steps) {
    return steps.get();
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
