package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what no living owner has, and what a terminating namespace holds. One pass over all
 * objects serves all changes that came before it.
 */
final class GarbageCollector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

  private record Item(Kind kind, ObjectNode object) {
    String text(String field) {
      return object.path("metadata").path(field).asText("");
    }

    boolean leaving() {
      return object.path("metadata").hasNonNull("deletionTimestamp");
    }
  }

  private final MemoryStore store;
  private final Deletions deletions;
  private final AtomicBoolean due = new AtomicBoolean();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread named = new Thread(task, "local-garbage-collector");
            named.setDaemon(true);
            return named;
          });
  private final Runnable unfollow;

  GarbageCollector(MemoryStore store, Deletions deletions) {
    this.store = store;
    this.deletions = deletions;
    this.unfollow = store.follow(store.version(), this::heard);
  }

  /** The uids of an object's owners. */
  static Set<String> owners(JsonNode object) {
    Set<String> uids = new HashSet<>();
    object.at("/metadata/ownerReferences").forEach(r -> uids.add(r.path("uid").asText()));
    return uids;
  }

  private void heard(MemoryStore.Event event) {
    ObjectNode object = event.change().object();
    boolean matters =
        event.change().type() == ObjectStore.Change.Type.DELETED
            || !owners(object).isEmpty()
            || object.path("metadata").hasNonNull("deletionTimestamp");
    if (matters && due.compareAndSet(false, true)) {
      try {
        thread.schedule(this::pass, 5, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("local cluster: closed, nothing is collected any more");
      }
    }
  }

  private void pass() {
    due.set(false);
    try {
      List<Item> all = store.atomically(this::everything);
      Set<String> living = new HashSet<>();
      Set<String> terminating = new HashSet<>();
      for (Item item : all) {
        living.add(item.text("uid"));
        if (item.kind == Kind.NAMESPACE && item.leaving()) {
          terminating.add(item.text("name"));
        }
      }
      Set<String> filled = new HashSet<>();
      for (Item item : all) {
        Set<String> owners = owners(item.object);
        filled.add(item.text("namespace"));
        boolean ownerless = !owners.isEmpty() && owners.stream().noneMatch(living::contains);
        if (!item.leaving() && (ownerless || terminating.contains(item.text("namespace")))) {
          end(item, () -> delete(item));
        }
      }
      for (Item item : all) {
        if (item.kind == Kind.NAMESPACE && item.leaving() && !filled.contains(item.text("name"))) {
          end(item, () -> store.remove(item.kind, "", item.text("name")));
        }
      }
    } catch (RuntimeException e) {
      LOG.error("local cluster: a pass of the garbage collector failed", e);
    }
  }

  private void delete(Item item) {
    DeleteOptions same =
        new DeleteOptions(Optional.empty(), Optional.of(item.text("uid")), Optional.empty(), false);
    deletions.delete(item.kind, item.text("namespace"), item.text("name"), same);
  }

  private static void end(Item item, Runnable step) {
    try {
      step.run();
    } catch (ApiError gone) {
      LOG.debug("local cluster: {} is gone already", item.text("name"));
    }
  }

  private List<Item> everything() {
    List<Item> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      store.list(kind, Optional.empty()).forEach(o -> all.add(new Item(kind, o)));
    }
    return all;
  }

  @Override
  public void close() {
    unfollow.run();
    thread.shutdownNow();
  }
}
