package dev.caravanserai.local;

import static dev.caravanserai.local.MemoryStore.meta;
import static dev.caravanserai.local.MemoryStore.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The verbs of the API on the store. Never blocks on anything but the store's lock. */
final class Resources {
  private static final String FOREGROUND = "foregroundDeletion";
  static final Set<Kind> WITH_STATUS =
      Set.of(Kind.POD, Kind.PVC, Kind.SERVICE, Kind.NAMESPACE, Kind.INGRESS);

  private final MemoryStore store;
  private final Defaults defaults = new Defaults();

  Resources(MemoryStore store) {
    this.store = store;
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
    agree(kind, namespace, body);
    ObjectNode object = body.deepCopy();
    namespace.ifPresent(n -> meta(object).put("namespace", n));
    if (!kind.namespaced) {
      meta(object).remove("namespace");
    }
    defaults.create(kind, object);
    return store.atomically(
        () -> {
          namespace.ifPresent(this::open);
          Validation.check(kind, object);
          admit(kind, object);
          if (query.dryRun()) {
            meta(object).put("creationTimestamp", now().toString());
            return object;
          }
          return store.create(kind, object);
        });
  }

  ObjectNode replace(ApiPath path, String name, ObjectNode body, Query query) {
    agree(path.kind(), path.namespace(), body);
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
          current(kind, before, edited);
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
          unchangeable(kind, before, after);
          if (query.dryRun()) {
            return after;
          }
          ObjectNode stored = store.update(kind, namespace, name, old -> after);
          boolean released = finalizers(stored).isEmpty() && !finalizers(before).isEmpty();
          if (released && stored.at("/metadata").hasNonNull("deletionTimestamp")) {
            return delete(kind, namespace, name, DeleteOptions.none());
          }
          return stored;
        });
  }

  /**
   * Begins or finishes a deletion.
   *
   * @return the object as it is, or was last
   */
  ObjectNode delete(Kind kind, String namespace, String name, DeleteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode object = get(kind, namespace, name);
          options.check(kind, object);
          if (options.dryRun()) {
            return object;
          }
          if (options.orphan()) {
            orphan(object);
          }
          long grace = grace(kind, object, options);
          boolean foreground = options.foreground() && hasDependents(object);
          if (grace == 0 && !foreground && kind != Kind.NAMESPACE && finalizers(object).isEmpty()) {
            return store.remove(kind, namespace, name).orElse(object);
          }
          return store.update(
              kind, namespace, name, old -> terminating(kind, old, grace, foreground));
        });
  }

  private static ObjectNode terminating(
      Kind kind, ObjectNode object, long grace, boolean foreground) {
    ObjectNode meta = meta(object);
    boolean shorter = grace < meta.path("deletionGracePeriodSeconds").asLong(Long.MAX_VALUE);
    if (!meta.hasNonNull("deletionTimestamp") || shorter) {
      meta.put("deletionTimestamp", now().plusSeconds(grace).toString());
      meta.put("deletionGracePeriodSeconds", grace);
    }
    if (foreground && !finalizers(object).contains(FOREGROUND)) {
      meta.withArray("/finalizers").add(FOREGROUND);
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

  /** The foreground deletion's own finalizer goes when no dependent is left. */
  void finishForeground(Kind kind, ObjectNode object) {
    String namespace = object.at("/metadata/namespace").asText("");
    String name = object.at("/metadata/name").asText();
    ObjectNode left =
        store.update(
            kind,
            namespace,
            name,
            old -> {
              ArrayNode kept = JsonNodeFactory.instance.arrayNode();
              finalizers(old).stream().filter(f -> !f.equals(FOREGROUND)).forEach(kept::add);
              meta(old).set("finalizers", kept);
              return old;
            });
    if (finalizers(left).isEmpty()) {
      store.remove(kind, namespace, name);
    }
  }

  static boolean waitsForDependents(ObjectNode object) {
    return object.at("/metadata").hasNonNull("deletionTimestamp")
        && finalizers(object).contains(FOREGROUND);
  }

  private static List<String> finalizers(JsonNode object) {
    List<String> all = new java.util.ArrayList<>();
    object.at("/metadata/finalizers").forEach(f -> all.add(f.asText()));
    return all;
  }

  private boolean hasDependents(ObjectNode owner) {
    return !dependents(owner.at("/metadata/uid").asText()).isEmpty();
  }

  private List<Map.Entry<Kind, ObjectNode>> dependents(String uid) {
    return java.util.Arrays.stream(Kind.values())
        .flatMap(k -> store.list(k, Optional.empty()).stream().map(o -> Map.entry(k, o)))
        .filter(e -> GarbageCollector.owners(e.getValue()).contains(uid))
        .toList();
  }

  private void orphan(ObjectNode owner) {
    String uid = owner.at("/metadata/uid").asText();
    for (Map.Entry<Kind, ObjectNode> dependent : dependents(uid)) {
      JsonNode meta = dependent.getValue().path("metadata");
      store.update(
          dependent.getKey(),
          meta.path("namespace").asText(""),
          meta.path("name").asText(),
          old -> {
            ArrayNode kept = JsonNodeFactory.instance.arrayNode();
            old.at("/metadata/ownerReferences")
                .forEach(
                    r -> {
                      if (!r.path("uid").asText().equals(uid)) {
                        kept.add(r);
                      }
                    });
            meta(old).set("ownerReferences", kept);
            return old;
          });
    }
  }

  private static void agree(Kind kind, Optional<String> namespace, ObjectNode body) {
    String sent = body.path("kind").asText(kind.kind);
    if (!sent.equals(kind.kind)
        || !body.path("apiVersion").asText(kind.apiVersion()).equals(kind.apiVersion())) {
      throw new ApiError(
          400,
          "BadRequest",
          "%s in version \"%s\" cannot be handled as a %s"
              .formatted(sent, body.path("apiVersion").asText(), kind.kind));
    }
    String own = body.at("/metadata/namespace").asText("");
    if (kind.namespaced && !own.isEmpty() && !own.equals(namespace.orElse(""))) {
      throw new ApiError(
          400,
          "BadRequest",
          "the namespace of the provided object does not match the namespace sent on the request");
    }
  }

  private void open(String namespace) {
    ObjectNode found = get(Kind.NAMESPACE, "", namespace);
    if (found.at("/metadata").hasNonNull("deletionTimestamp")) {
      throw new ApiError(
          403,
          "Forbidden",
          "unable to create new content in namespace %s because it is being terminated"
              .formatted(namespace));
    }
  }

  /** Refusals on demand, for tests: the annotation is the caller's own. */
  private static void admit(Kind kind, ObjectNode object) {
    String name = object.at("/metadata/name").asText();
    String why =
        switch (object
            .path("metadata")
            .path("annotations")
            .path("local.caravanserai.dev/fault")
            .asText()) {
          case "refuse" -> "refused by local.caravanserai.dev/fault";
          case "quota" -> "exceeded quota: local, requested: pods=1, used: pods=1, limited: pods=1";
          default -> "";
        };
    if (!why.isEmpty()) {
      throw new ApiError(
          403, "Forbidden", "%s \"%s\" is forbidden: %s".formatted(resource(kind), name, why));
    }
  }

  private static void current(Kind kind, ObjectNode before, ObjectNode edited) {
    ObjectNode was = meta(before);
    ObjectNode is = meta(edited);
    String name = was.path("name").asText();
    if (!is.path("name").asText(name).equals(name)) {
      throw new ApiError(
          400,
          "BadRequest",
          "the name of the object (%s) does not match the name on the URL (%s)"
              .formatted(is.path("name").asText(), name));
    }
    String version = is.path("resourceVersion").asText("");
    if (!version.isEmpty() && !version.equals(was.path("resourceVersion").asText())) {
      throw conflict(
          kind,
          name,
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    String uid = is.path("uid").asText("");
    if (!uid.isEmpty() && !uid.equals(was.path("uid").asText())) {
      throw conflict(
          kind,
          name,
          "Precondition failed: UID in precondition: %s, UID in object meta: %s"
              .formatted(uid, was.path("uid").asText()));
    }
    for (String own :
        List.of(
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds")) {
      is.remove(own);
      Optional.ofNullable(was.get(own)).ifPresent(v -> is.set(own, v));
    }
  }

  static ApiError conflict(Kind kind, String name, String why) {
    return new ApiError(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": %s".formatted(resource(kind), name, why));
  }

  private static void unchangeable(Kind kind, ObjectNode before, ObjectNode after) {
    String why = "";
    if (kind == Kind.POD && !fixedPart(before).equals(fixedPart(after))) {
      why =
          "spec: Forbidden: pod updates may not change fields other than"
              + " `spec.containers[*].image`,`spec.initContainers[*].image`,"
              + "`spec.activeDeadlineSeconds`,`spec.tolerations`,"
              + "`spec.terminationGracePeriodSeconds`";
    } else if (before.path("immutable").asBoolean()
        && !(before.path("data").equals(after.path("data"))
            && after.path("immutable").asBoolean())) {
      why = "data: Forbidden: field is immutable when `immutable` is set";
    } else if (kind == Kind.SECRET && !before.path("type").equals(after.path("type"))) {
      why =
          "type: Invalid value: \"%s\": field is immutable".formatted(after.path("type").asText());
    }
    if (!why.isEmpty()) {
      String name = before.at("/metadata/name").asText();
      throw new ApiError(
          422, "Invalid", "%s \"%s\" is invalid: %s".formatted(kind.kind, name, why));
    }
  }

  private static JsonNode fixedPart(ObjectNode pod) {
    JsonNode spec = pod.path("spec").deepCopy();
    if (spec instanceof ObjectNode fixed) {
      // The kubelet binds a pod to its node by an update of the store, not through here.
      fixed.remove(
          List.of("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"));
      for (String list : List.of("containers", "initContainers")) {
        for (JsonNode container : fixed.path(list)) {
          if (container instanceof ObjectNode node) {
            node.remove(List.of("image", "imagePullPolicy"));
          }
        }
      }
    }
    return spec;
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
