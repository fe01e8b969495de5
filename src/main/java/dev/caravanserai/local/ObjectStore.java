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
 * Versioned objects in memory, in place of etcd, with the last {@value #HISTORY_SIZE} changes. All
 * nodes passed in and returned are copies, except those of an {@link Event}. Thread-safe.
 */
final class ObjectStore {
  static final int HISTORY_SIZE = 1000;

  enum Change {
    ADDED,
    MODIFIED,
    DELETED
  }

  /**
   * One change. Its nodes belong to the store and must not be changed.
   *
   * @param object its new state; the last one if it was deleted
   * @param before its former state; empty if it was added
   */
  record Event(
      long version, Kind kind, Change change, ObjectNode object, Optional<ObjectNode> before) {}

  /** By {@link #key}. Nodes are replaced, never changed. */
  private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();

  private final Deque<Event> history = new ArrayDeque<>();
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
  private long version = 1;
  private long oldestDropped = 0;

  /** Sets uid, creationTimestamp and resourceVersion; 409 if the name is taken. */
  synchronized ObjectNode create(Kind kind, ObjectNode object) {
    checkNew(kind, object);
    ObjectNode node = object.deepCopy();
    ObjectNode meta = Json.meta(node);
    if (!meta.hasNonNull("uid")) {
      meta.put("uid", UUID.randomUUID().toString());
    }
    meta.put("creationTimestamp", now().toString());
    return commit(kind, Change.ADDED, node, Optional.empty());
  }

  /** 409 if the name is taken; 500 if the object has a resourceVersion. */
  synchronized void checkNew(Kind kind, ObjectNode object) {
    if (objects.containsKey(key(kind, object))) {
      throw ApiError.alreadyExists(kind, Json.name(object));
    } else if (!Json.text(object, "/metadata/resourceVersion").isEmpty()) {
      throw ApiError.internal("resourceVersion should not be set on objects to be created");
    }
  }

  synchronized Optional<ObjectNode> get(Kind kind, String namespace, String name) {
    return Optional.ofNullable(objects.get(key(kind, namespace, name))).map(ObjectNode::deepCopy);
  }

  /** 404 if there is none. */
  ObjectNode require(Kind kind, String namespace, String name) {
    return get(kind, namespace, name).orElseThrow(() -> ApiError.notFound(kind, name));
  }

  /** All objects of a kind, in one namespace or in all. */
  synchronized List<ObjectNode> list(Kind kind, Optional<String> namespace) {
    String from = kind.plural + "/" + namespace.map(n -> n + "/").orElse("");
    return objects.subMap(from, from + Character.MAX_VALUE).values().stream()
        .map(ObjectNode::deepCopy)
        .toList();
  }

  /** Changes an object atomically; no new version if nothing changes; 404 if there is none. */
  synchronized ObjectNode update(
      Kind kind, String namespace, String name, UnaryOperator<ObjectNode> change) {
    ObjectNode before = require(kind, namespace, name);
    ObjectNode after = change.apply(before.deepCopy()).deepCopy();
    Json.copyFields(Json.meta(after), before.path("metadata"), "resourceVersion");
    Optional<ObjectNode> stored = Optional.of(objects.get(key(kind, namespace, name)));
    return after.equals(before) ? after : commit(kind, Change.MODIFIED, after, stored);
  }

  /** Removes an object at once, whatever its finalizers and grace period. */
  synchronized Optional<ObjectNode> remove(Kind kind, String namespace, String name) {
    Optional<ObjectNode> before = Optional.ofNullable(objects.get(key(kind, namespace, name)));
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
    if (history.size() > HISTORY_SIZE) {
      oldestDropped = history.remove().version;
    }
    listeners.forEach(filtered -> filtered.accept(event));
    return node.deepCopy();
  }

  /** The version of the last change. */
  synchronized long version() {
    return version;
  }

  /**
   * Subscribes to the changes of a kind, from a version on. The listener runs with the store locked
   * and must return at once.
   *
   * @param after 0 to begin with all existing objects, as {@code ADDED}
   * @return ends the subscription
   * @throws ApiError 410 if changes after that version are no longer kept
   */
  synchronized Runnable follow(Kind kind, long after, Consumer<Event> listener) {
    if (after > 0 && after < oldestDropped) {
      String message = "too old resource version: %d (%d)".formatted(after, oldestDropped);
      throw new ApiError(410, "Expired", message);
    }
    Consumer<Event> filtered =
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
      history.stream().filter(e -> e.version > after).forEach(filtered);
    }
    listeners.add(filtered);
    return () -> listeners.remove(filtered);
  }

  /** Determines the order of lists. */
  static String key(Kind kind, JsonNode object) {
    return key(kind, Json.namespace(object), Json.name(object));
  }

  private static String key(Kind kind, String namespace, String name) {
    return kind.plural + "/" + namespace + "/" + name;
  }

  /** Runs several reads and writes as one. */
  synchronized <T> T atomically(Supplier<T> steps) {
    return steps.get();
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
