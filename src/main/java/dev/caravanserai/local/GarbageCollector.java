package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Deletes objects whose owners are gone, the content of terminating namespaces, and old Events. One
 * pass over all objects handles all changes before it.
 */
final class GarbageCollector {
  private static final List<Kind> KINDS = List.of(Kind.values());

  /** As kube-apiserver's {@code --event-ttl}. */
  private static final Duration EVENTS_KEPT = Duration.ofHours(1);

  private final ObjectStore store;
  private final Deletions deletions;
  private final Executor soon;
  private final AtomicBoolean due = new AtomicBoolean();

  /**
   * @param soon runs a pass on another thread after a few milliseconds
   */
  GarbageCollector(ObjectStore store, Deletions deletions, Executor soon) {
    this.store = store;
    this.deletions = deletions;
    this.soon = soon;
    KINDS.forEach(kind -> store.follow(kind, 0, this::onEvent));
  }

  private void onEvent(ObjectStore.Event event) {
    boolean matters =
        event.change() == ObjectStore.Change.DELETED
            || Json.terminating(event.object())
            || !owners(event.object()).isEmpty();
    if (matters && due.compareAndSet(false, true)) {
      soon.execute(() -> store.atomically(this::pass));
    }
  }

  private Set<String> pass() {
    due.set(false);
    Set<String> living = new HashSet<>();
    KINDS.forEach(kind -> all(kind).forEach(object -> living.add(Json.uid(object))));
    Set<String> ending = new HashSet<>();
    all(Kind.NAMESPACE).stream().filter(Json::terminating).map(Json::name).forEach(ending::add);
    for (Kind kind : KINDS) {
      for (ObjectNode object : all(kind)) {
        boolean lost =
            orphaned(object, living)
                || ending.contains(Json.namespace(object))
                || kind == Kind.EVENT && old(object);
        if (lost && !Json.terminating(object)) {
          delete(kind, object);
        }
      }
    }
    all(Kind.NAMESPACE).stream().filter(Json::terminating).forEach(n -> delete(Kind.NAMESPACE, n));
    return ending;
  }

  private void delete(Kind kind, ObjectNode object) {
    Deletions.Options options = Deletions.Options.only(Json.uid(object), Optional.empty());
    deletions.delete(ApiPath.of(kind, object), options);
  }

  private List<ObjectNode> all(Kind kind) {
    return store.list(kind, Optional.empty());
  }

  private static boolean orphaned(ObjectNode object, Set<String> living) {
    return !owners(object).isEmpty()
        && owners(object).valueStream().noneMatch(o -> living.contains(Json.text(o, "/uid")));
  }

  private static boolean old(ObjectNode event) {
    String last =
        event.path("lastTimestamp").asText(Json.text(event, "/metadata/creationTimestamp"));
    try {
      return Instant.parse(last).isBefore(Instant.now().minus(EVENTS_KEPT));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static JsonNode owners(ObjectNode object) {
    return object.at("/metadata/ownerReferences");
  }
}
