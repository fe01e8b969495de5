package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what no living owner has, and what a terminating namespace holds. One pass over all
 * objects serves all changes that came before it.
 */
final class GarbageCollector {
  private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

  private record Item(ApiPath path, ObjectNode object, Set<String> owners) {
    static Item of(Kind kind, ObjectNode object) {
      Set<String> owners = new HashSet<>();
      object.at("/metadata/ownerReferences").forEach(r -> owners.add(r.path("uid").asText()));
      String namespace = Json.namespace(object);
      return new Item(new ApiPath(kind, namespace, Json.name(object), ""), object, owners);
    }
  }

  private final MemoryStore store;
  private final Deletions deletions;
  private final AtomicBoolean due = new AtomicBoolean();

  /**
   * @param soon runs a pass a few milliseconds later, on a thread of its own
   */
  GarbageCollector(MemoryStore store, Deletions deletions, Executor soon) {
    this.store = store;
    this.deletions = deletions;
    store.follow(
        store.version(),
        event -> {
          JsonNode object = event.change().object();
          boolean matters =
              event.change().type() == ObjectStore.Change.Type.DELETED
                  || !object.at("/metadata/ownerReferences").isEmpty()
                  || Json.leaving(object);
          if (matters && due.compareAndSet(false, true)) {
            soon.execute(this::pass);
          }
        });
  }

  private void pass() {
    due.set(false);
    List<Item> all = store.atomically(this::everything);
    Set<String> living = new HashSet<>();
    Set<String> terminating = new HashSet<>();
    Set<String> filled = new HashSet<>();
    for (Item item : all) {
      living.add(Json.text(item.object, "/metadata/uid"));
      filled.add(item.path.namespace());
      if (item.path.kind() == Kind.NAMESPACE && Json.leaving(item.object)) {
        terminating.add(item.path.name());
      }
    }
    for (Item item : all) {
      boolean orphan = !item.owners.isEmpty() && item.owners.stream().noneMatch(living::contains);
      if (!Json.leaving(item.object) && (orphan || terminating.contains(item.path.namespace()))) {
        delete(item);
      }
    }
    terminating.stream()
        .filter(name -> !filled.contains(name))
        .forEach(name -> store.remove(Kind.NAMESPACE, "", name));
  }

  private void delete(Item item) {
    Optional<String> uid = Optional.of(Json.text(item.object, "/metadata/uid"));
    try {
      deletions.delete(
          item.path, new Deletions.Options(Optional.empty(), uid, Optional.empty(), false));
    } catch (ApiError gone) {
      LOG.debug("local cluster: {} is gone already", item.path);
    }
  }

  private List<Item> everything() {
    List<Item> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      store.list(kind, Optional.empty()).forEach(o -> all.add(Item.of(kind, o)));
    }
    return all;
  }
}
