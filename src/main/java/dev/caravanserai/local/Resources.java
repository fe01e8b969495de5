package dev.caravanserai.local;

import static dev.caravanserai.local.MemoryStore.meta;
import static dev.caravanserai.local.MemoryStore.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The verbs of the API on the store. Never blocks on anything but the store's lock. */
final class Resources {
  static final Set<Kind> WITH_STATUS =
      Set.of(Kind.POD, Kind.PVC, Kind.SERVICE, Kind.NAMESPACE, Kind.INGRESS);

  private final MemoryStore store;
  private final Defaults defaults = new Defaults();
  private final Deletions deletions;

  Resources(MemoryStore store) {
    this.store = store;
    this.deletions = new Deletions(store);
  }

  Deletions deletions() {
    return deletions;
  }

  ObjectNode get(Kind kind, String namespace, String name) {
    return store
        .get(kind, namespace, name)
        .orElseThrow(
            () ->
                new ApiError(
                    404, "NotFound", "%s \"%s\" not found".formatted(resource(kind), name)));
  }

  /** Pages by name: the continue token holds the version of the first page and the last key. */
  ObjectNode list(Kind kind, Optional<String> namespace, Query query) {
    Predicate<JsonNode> wanted = Selectors.of(kind, query);
    long limit = query.number("limit").filter(l -> l > 0).orElse(Long.MAX_VALUE);
    Optional<PageToken> token = query.text("continue").map(PageToken::parse);
    return store.atomically(
        () -> {
          List<ObjectNode> rest =
              store.list(kind, namespace).stream()
                  .filter(wanted)
                  .filter(o -> token.map(t -> t.isBefore(o)).orElse(true))
                  .toList();
          List<ObjectNode> page = rest.stream().limit(limit).toList();
          ObjectNode list = JsonNodeFactory.instance.objectNode();
          list.put("apiVersion", kind.apiVersion()).put("kind", kind.kind + "List");
          ObjectNode meta = list.putObject("metadata");
          long version = token.map(PageToken::version).orElseGet(store::version);
          meta.put("resourceVersion", Long.toString(version));
          if (page.size() < rest.size()) {
            meta.put("continue", PageToken.after(version, page.get(page.size() - 1)).text());
            meta.put("remainingItemCount", rest.size() - page.size());
          }
          list.putArray("items").addAll(page);
          return list;
        });
  }

  ObjectNode create(Kind kind, Optional<String> namespace, ObjectNode body, Query query) {
    Admission.agree(kind, namespace, body);
    ObjectNode object = body.deepCopy();
    namespace.ifPresent(n -> meta(object).put("namespace", n));
    if (!kind.namespaced) {
      meta(object).remove("namespace");
    }
    defaults.create(kind, object);
    return store.atomically(
        () -> {
          namespace.ifPresent(n -> Admission.open(get(Kind.NAMESPACE, "", n)));
          Validation.check(kind, object);
          Admission.refuse(kind, object);
          if (query.dryRun()) {
            meta(object).put("creationTimestamp", now().toString());
            return object;
          }
          return store.create(kind, object);
        });
  }

  ObjectNode replace(ApiPath path, String name, ObjectNode body, Query query) {
    Admission.agree(path.kind(), path.namespace(), body);
    return change(path, name, old -> body.deepCopy(), query);
  }

  ObjectNode patch(ApiPath path, String name, String type, byte[] body, Query query) {
    String namespace = path.namespace().orElse("");
    return store.atomically(
        () -> {
          boolean there = store.get(path.kind(), namespace, name).isPresent();
          if (!there && type.equals(Patches.APPLY) && path.subresource().isEmpty()) {
            ObjectNode object = Patches.body(type, body);
            meta(object).put("name", name);
            return create(path.kind(), path.namespace(), object, query);
          }
          return change(path, name, old -> Patches.apply(type, body, old), query);
        });
  }

  private ObjectNode change(
      ApiPath path, String name, UnaryOperator<ObjectNode> edit, Query query) {
    Kind kind = path.kind();
    String namespace = path.namespace().orElse("");
    return store.atomically(
        () -> {
          ObjectNode before = get(kind, namespace, name);
          ObjectNode edited = edit.apply(before.deepCopy());
          Admission.current(kind, before, edited);
          ObjectNode after;
          if (path.subresource().isPresent()) {
            after = before.deepCopy();
            after.set("status", edited.path("status").deepCopy());
          } else {
            after = edited;
            if (WITH_STATUS.contains(kind)) {
              after.remove("status");
              Optional.ofNullable(before.get("status")).ifPresent(s -> after.set("status", s));
            }
          }
          defaults.always(kind, after);
          Validation.check(kind, after);
          Admission.unchangeable(kind, before, after);
          if (query.dryRun()) {
            return after;
          }
          ObjectNode stored = store.update(kind, namespace, name, old -> after);
          boolean released =
              Deletions.finalizers(stored).isEmpty() && !Deletions.finalizers(before).isEmpty();
          if (released && stored.at("/metadata").hasNonNull("deletionTimestamp")) {
            return deletions.delete(kind, namespace, name, DeleteOptions.none());
          }
          return stored;
        });
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
