package dev.caravanserai.local;

import static dev.caravanserai.local.MemoryStore.meta;
import static dev.caravanserai.local.MemoryStore.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Deletes: at once, or, where a grace period, a finalizer or a namespace's content has to be
 * awaited, by marking the object. What it owned goes in the background.
 */
final class Deletions {
  private final MemoryStore store;

  Deletions(MemoryStore store) {
    this.store = store;
  }

  /**
   * Begins or finishes a deletion.
   *
   * @return the object as it is, or was last
   */
  ObjectNode delete(Kind kind, String namespace, String name, DeleteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode object = there(kind, namespace, name);
          options.check(kind, object);
          if (options.dryRun()) {
            return object;
          }
          long grace = grace(kind, object, options);
          if (grace == 0 && kind != Kind.NAMESPACE && finalizers(object).isEmpty()) {
            return store.remove(kind, namespace, name).orElse(object);
          }
          return store.update(kind, namespace, name, old -> terminating(kind, old, grace));
        });
  }

  private static ObjectNode terminating(Kind kind, ObjectNode object, long grace) {
    ObjectNode meta = meta(object);
    boolean shorter = grace < meta.path("deletionGracePeriodSeconds").asLong(Long.MAX_VALUE);
    if (!meta.hasNonNull("deletionTimestamp") || shorter) {
      meta.put("deletionTimestamp", Resources.now().plusSeconds(grace).toString());
      meta.put("deletionGracePeriodSeconds", grace);
    }
    if (kind == Kind.NAMESPACE) {
      object.withObject("/status").put("phase", "Terminating");
    }
    return object;
  }

  private static long grace(Kind kind, ObjectNode object, DeleteOptions options) {
    String phase = object.at("/status/phase").asText();
    if (kind != Kind.POD
        || phase.equals("Succeeded")
        || phase.equals("Failed")
        || object.at("/spec/nodeName").asText("").isEmpty()) {
      return 0;
    }
    JsonNode own = object.at("/spec/terminationGracePeriodSeconds");
    JsonNode begun = object.at("/metadata/deletionGracePeriodSeconds");
    long wanted = options.grace().orElse(own.asLong(30));
    return begun.isNumber() ? Math.min(begun.asLong(), wanted) : wanted;
  }

  ArrayNode deleteAll(Kind kind, Optional<String> namespace, Query query, DeleteOptions options) {
    Predicate<JsonNode> wanted = Selectors.of(kind, query);
    ArrayNode deleted = JsonNodeFactory.instance.arrayNode();
    store.list(kind, namespace).stream()
        .filter(wanted)
        .forEach(
            o ->
                deleted.add(
                    delete(
                        kind,
                        o.at("/metadata/namespace").asText(""),
                        o.at("/metadata/name").asText(),
                        options)));
    return deleted;
  }

  private ObjectNode there(Kind kind, String namespace, String name) {
    return store
        .get(kind, namespace, name)
        .orElseThrow(
            () ->
                new ApiError(
                    404, "NotFound", "%s \"%s\" not found".formatted(resource(kind), name)));
  }

  static List<String> finalizers(JsonNode object) {
    List<String> all = new ArrayList<>();
    object.at("/metadata/finalizers").forEach(f -> all.add(f.asText()));
    return all;
  }
}
