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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store of the local cluster: keeps the last {@value #KEPT} changes for watches. */
final class MemoryStore implements ObjectStore {
  static final int KEPT = 1000;
  private static final Logger LOG = LoggerFactory.getLogger(MemoryStore.class);

  /**
   * One change with what it replaced.
   *
   * @param before the object as it was; empty when it was added
   */
  record Event(long version, Kind kind, Change change, Optional<ObjectNode> before) {}

  /** By {@link #key}. Nodes in here are replaced, never changed. */
  private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();

  private final Deque<Event> history = new ArrayDeque<>();
  private final List<Consumer<Event>> taps = new CopyOnWriteArrayList<>();
  private long version = 1;
  private long forgotten = 0;

  @Override
  public synchronized ObjectNode create(Kind kind, ObjectNode object) {
    ObjectNode node = object.deepCopy();
    if (objects.containsKey(key(kind, node))) {
      String message = "%s \"%s\" already exists".formatted(kind.resource(), Json.name(node));
      throw new ApiError(409, "AlreadyExists", message);
    }
    ObjectNode meta = Json.meta(node);
    if (!meta.hasNonNull("uid")) {
      meta.put("uid", UUID.randomUUID().toString());
    }
    meta.put("creationTimestamp", now().toString());
    commit(kind, Change.Type.ADDED, node, Optional.empty());
    return node.deepCopy();
  }

  @Override
  public synchronized Optional<ObjectNode> get(Kind kind, String namespace, String name) {
    return Optional.ofNullable(objects.get(key(kind, namespace, name))).map(ObjectNode::deepCopy);
  }

  /** 404 when there is none. */
  ObjectNode there(Kind kind, String namespace, String name) {
    return get(kind, namespace, name).orElseThrow(() -> ApiError.notFound(kind, name));
  }

  @Override
  public synchronized List<ObjectNode> list(Kind kind, Optional<String> namespace) {
    String from = kind.plural + "/" + namespace.map(n -> n + "/").orElse("");
    return objects.subMap(from, from + Character.MAX_VALUE).values().stream()
        .map(ObjectNode::deepCopy)
        .toList();
  }

  @Override
  public synchronized ObjectNode update(
      Kind kind, String namespace, String name, UnaryOperator<ObjectNode> change) {
    ObjectNode before = there(kind, namespace, name);
    ObjectNode after = change.apply(before.deepCopy()).deepCopy();
    Json.take(Json.meta(after), before.path("metadata"), "resourceVersion");
    if (!after.equals(before)) {
      commit(kind, Change.Type.MODIFIED, after, Optional.of(before));
    }
    return after.deepCopy();
  }

  @Override
  public synchronized Optional<ObjectNode> remove(Kind kind, String namespace, String name) {
    Optional<ObjectNode> before = Optional.ofNullable(objects.get(key(kind, namespace, name)));
    Optional<ObjectNode> last = before.map(ObjectNode::deepCopy);
    last.ifPresent(node -> commit(kind, Change.Type.DELETED, node, before));
    return last.map(ObjectNode::deepCopy);
  }

  private void commit(Kind kind, Change.Type type, ObjectNode node, Optional<ObjectNode> before) {
    Json.meta(node).put("resourceVersion", Long.toString(++version));
    if (type == Change.Type.DELETED) {
      objects.remove(key(kind, node));
    } else {
      objects.put(key(kind, node), node);
    }
    Event event = new Event(version, kind, new Change(type, node), before);
    history.add(event);
    if (history.size() > KEPT) {
      forgotten = history.remove().version;
    }
    taps.forEach(tap -> tap.accept(event));
  }

  @Override
  public AutoCloseable onChange(Kind kind, Consumer<Change> listener) {
    ExecutorService thread = Executors.newSingleThreadExecutor(MemoryStore::daemon);
    Consumer<Change> later = change -> thread.execute(() -> tell(listener, change));
    Consumer<Event> tap =
        event -> {
          if (event.kind == kind) {
            later.accept(new Change(event.change.type(), event.change.object().deepCopy()));
          }
        };
    synchronized (this) {
      list(kind, Optional.empty()).forEach(o -> later.accept(new Change(Change.Type.ADDED, o)));
      taps.add(tap);
    }
    return () -> {
      synchronized (this) {
        taps.remove(tap);
        thread.shutdownNow();
      }
    };
  }

  private static void tell(Consumer<Change> listener, Change change) {
    try {
      listener.accept(change);
    } catch (RuntimeException e) {
      LOG.error("local cluster: {} {} was not heard", change.type(), Json.name(change.object()), e);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "local-store");
    thread.setDaemon(true);
    return thread;
  }

  /** The version of the last change. */
  synchronized long version() {
    return version;
  }

  /**
   * Gives every change of all kinds after a version, the kept ones first. The listener runs under
   * the store's lock: it must return at once, and must not change what it is given.
   *
   * @return closes it
   * @throws ApiError 410 when changes after that version are no longer kept
   */
  synchronized Runnable follow(long after, Consumer<Event> listener) {
    if (after < forgotten) {
      String message = "too old resource version: %d (%d)".formatted(after, forgotten);
      throw new ApiError(410, "Expired", message);
    }
    history.stream().filter(e -> e.version > after).forEach(listener);
    taps.add(listener);
    return () -> taps.remove(listener);
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
