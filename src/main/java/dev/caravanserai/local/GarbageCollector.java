package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Deletes what no living owner has, and what a terminating namespace holds. One pass over all
 * objects serves all changes that came before it.
 */
final class GarbageCollector {
  private final MemoryStore store;
  private final Deletions deletions;
  private final Executor soon;
  private final AtomicBoolean due = new AtomicBoolean();

  /**
   * @param soon runs a pass a few milliseconds later, on a thread of its own
   */
  GarbageCollector(MemoryStore store, Deletions deletions, Executor soon) {
    this.store = store;
    this.deletions = deletions;
    this.soon = soon;
    store.follow(store.version(), this::heard);
  }

  private void heard(MemoryStore.Event event) {
    JsonNode object = event.change().object();
    boolean matters =
        event.change().type() == ObjectStore.Change.Type.DELETED
            || !object.at("/metadata/ownerReferences").isEmpty()
            || Json.leaving(object);
    if (matters && due.compareAndSet(false, true)) {
      soon.execute(this::pass);
    }
  }

  /** One view: a namespace that is found empty is. */
  private void pass() {
    due.set(false);
    store.atomically(
        () -> {
          Set<String> living = new HashSet<>();
          Set<String> terminating = new HashSet<>();
          all(
              (kind, object) -> {
                living.add(Json.uid(object));
                if (kind == Kind.NAMESPACE && Json.leaving(object)) {
                  terminating.add(Json.name(object));
                }
              });
          Set<String> empty = new HashSet<>(terminating);
          all(
              (kind, object) -> {
                JsonNode owners = object.at("/metadata/ownerReferences");
                boolean orphan =
                    !owners.isEmpty()
                        && owners
                            .valueStream()
                            .noneMatch(o -> living.contains(o.path("uid").asText()));
                boolean homeless = terminating.contains(Json.namespace(object));
                empty.remove(Json.namespace(object));
                if ((orphan || homeless) && !Json.leaving(object)) {
                  deletions.delete(ApiPath.of(kind, object), Deletions.Options.only(object));
                }
              });
          empty.forEach(name -> store.remove(Kind.NAMESPACE, "", name));
          return living;
        });
  }

  private void all(BiConsumer<Kind, ObjectNode> visit) {
    for (Kind kind : Kind.values()) {
      store.list(kind, Optional.empty()).forEach(object -> visit.accept(kind, object));
    }
  }
}
