package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The verbs of the API. */
final class Resources {
  private final ObjectStore store;
  private final Defaults defaults = new Defaults();
  private final Deletions deletions;

  Resources(ObjectStore store) {
    this.store = store;
    this.deletions = new Deletions(store);
  }

  Deletions deletions() {
    return deletions;
  }

  ObjectNode get(ApiPath path) {
    return path.kind() == Kind.EVENT_VIEW
        ? EventView.of(store.require(Kind.EVENT, path.namespace(), path.name()))
        : store.require(path.kind(), path.namespace(), path.name());
  }

  /** A page: its continue token is the version of the first page and the key of the last object. */
  ObjectNode list(ApiPath path, Call call) {
    Kind kind = path.kind();
    Predicate<JsonNode> wanted = Selectors.of(kind, call);
    long limit = call.number("limit").filter(l -> l > 0).orElse(Long.MAX_VALUE);
    String token = call.text("continue").orElse("0:");
    if (!token.matches("\\d+:.*")) {
      throw ApiError.bad("continue key is not valid");
    }
    String after = token.substring(token.indexOf(':') + 1);
    return store.atomically(
        () -> {
          List<ObjectNode> rest =
              stored(kind, path.within())
                  .filter(o -> ObjectStore.key(kind, o).compareTo(after) > 0 && wanted.test(o))
                  .toList();
          List<ObjectNode> page = rest.stream().limit(limit).toList();
          ObjectNode list = listOf(kind, page);
          ObjectNode meta = Json.meta(list);
          String version = after.isEmpty() ? "" + store.version() : token.replaceFirst(":.*", "");
          meta.put("resourceVersion", version);
          if (page.size() < rest.size()) {
            String last = ObjectStore.key(kind, page.get(page.size() - 1));
            meta.put("continue", version + ":" + last);
            meta.put("remainingItemCount", rest.size() - page.size());
          }
          return list;
        });
  }

  private Stream<ObjectNode> stored(Kind kind, Optional<String> namespace) {
    return kind == Kind.EVENT_VIEW
        ? store.list(Kind.EVENT, namespace).stream().map(EventView::of)
        : store.list(kind, namespace).stream();
  }

  private static ObjectNode listOf(Kind kind, List<ObjectNode> items) {
    ObjectNode list = Json.object().put("apiVersion", kind.apiVersion());
    list.put("kind", kind.kind + "List").putObject("metadata");
    list.putArray("items").addAll(items);
    return list;
  }

  ObjectNode create(ApiPath path, ObjectNode body, boolean dryRun) {
    Kind kind = path.kind();
    checkMatch(path, body);
    ObjectNode object = body.deepCopy();
    Json.meta(object).remove("namespace");
    if (kind.namespaced) {
      Json.meta(object).put("namespace", path.namespace());
    }
    defaults.create(kind, object);
    return store.atomically(
        () -> {
          if (kind.namespaced
              && Json.terminating(store.require(Kind.NAMESPACE, "", path.namespace()))) {
            throw ApiError.forbidden(kind, Json.name(object), "its namespace is being terminated");
          }
          Validation.check(kind, object);
          injectFault(kind, object);
          store.checkNew(kind, object);
          return dryRun ? object : store.create(kind, object);
        });
  }

  ObjectNode update(ApiPath path, ObjectNode body, boolean dryRun) {
    return store.atomically(
        () -> {
          String actual =
              store.get(path.kind(), path.namespace(), path.name()).map(Json::uid).orElse("");
          String wanted = body.at("/metadata/uid").asText(actual);
          if (!wanted.equals(actual)) {
            String why = "Precondition failed: UID in precondition: %s, UID in object meta: %s";
            throw ApiError.conflict(path.kind(), path.name(), why.formatted(wanted, actual));
          }
          return change(path, old -> body, dryRun);
        });
  }

  ObjectNode patch(ApiPath path, String type, byte[] body, boolean dryRun) {
    return store.atomically(
        () -> {
          boolean there = store.get(path.kind(), path.namespace(), path.name()).isPresent();
          return there || !type.equals(Patches.APPLY)
              ? change(path, old -> Patches.apply(type, body, old), dryRun)
              : createByApply(path, Patches.body(type, body), dryRun);
        });
  }

  private ObjectNode createByApply(ApiPath path, ObjectNode object, boolean dryRun) {
    if (!Json.uid(object).isEmpty()) {
      String why =
          "uid mismatch: the provided object specified uid %s, and no existing object was found";
      throw ApiError.conflict(path.kind(), path.name(), why.formatted(Json.uid(object)));
    }
    Json.meta(object).put("name", path.name()).remove("resourceVersion");
    return create(path, object, dryRun);
  }

  private ObjectNode change(ApiPath path, UnaryOperator<ObjectNode> edit, boolean dryRun) {
    Kind kind = path.kind();
    ObjectNode before = get(path);
    ObjectNode edited = edit.apply(before.deepCopy());
    checkMatch(path, edited);
    checkUpdate(kind, before, edited);
    defaults.always(kind, edited);
    Validation.check(kind, edited);
    new Immutable(kind, before, edited).check();
    if (dryRun) {
      return edited;
    }
    ObjectNode stored = store.update(kind, path.namespace(), path.name(), old -> edited);
    boolean released = Json.terminating(stored) && finalizers(stored).isEmpty();
    return released && !finalizers(before).isEmpty()
        ? deletions.delete(path, Deletions.Options.only(Json.uid(stored), Optional.empty()))
        : stored;
  }

  private static List<String> finalizers(ObjectNode object) {
    return object.at("/metadata/finalizers").valueStream().map(JsonNode::asText).toList();
  }

  ObjectNode deleteAll(ApiPath path, Call call, Deletions.Options options) {
    Predicate<JsonNode> wanted = Selectors.of(path.kind(), call);
    List<ObjectNode> deleted =
        store.atomically(
            () ->
                store.list(path.kind(), path.within()).stream()
                    .filter(wanted)
                    .map(object -> deletions.delete(ApiPath.of(path.kind(), object), options))
                    .toList());
    return listOf(path.kind(), deleted);
  }

  /** The object must match the URL. */
  private static void checkMatch(ApiPath path, ObjectNode body) {
    Kind kind = path.kind();
    String type = body.path("kind").asText(kind.kind);
    String version = body.path("apiVersion").asText(kind.apiVersion());
    if (!type.equals(kind.kind) || !version.equals(kind.apiVersion())) {
      String message = "%s in version \"%s\" cannot be handled as a %s";
      throw ApiError.bad(message.formatted(type, version, kind.kind));
    }
    checkMatch("namespace", Json.namespace(body), path.namespace());
    checkMatch("name", Json.name(body), path.name().isEmpty() ? Json.name(body) : path.name());
  }

  private static void checkMatch(String what, String sent, String asked) {
    if (!sent.isEmpty() && !sent.equals(asked)) {
      String message = "the %s of the object (%s) does not match the one of the URL (%s)";
      throw ApiError.bad(message.formatted(what, sent, asked));
    }
  }

  /** Injected failures, for tests of clients. */
  private static void injectFault(Kind kind, ObjectNode object) {
    JsonNode annotations = object.path("metadata").path("annotations");
    String fault = annotations.path(PodFault.ANNOTATION).asText();
    if (fault.equals("refuse")) {
      throw ApiError.forbidden(kind, Json.name(object), "refused by " + PodFault.ANNOTATION);
    } else if (fault.equals("quota")) {
      String why = "exceeded quota: local, requested: pods=1, used: pods=1, limited: pods=1";
      throw ApiError.forbidden(kind, Json.name(object), why);
    }
  }

  /** Checks that the current object was edited, and restores the fields that the server owns. */
  private static void checkUpdate(Kind kind, ObjectNode before, ObjectNode edited) {
    String name = Json.name(before);
    ObjectNode was = Json.meta(before);
    ObjectNode is = Json.meta(edited);
    String version = was.path("resourceVersion").asText();
    if (!Set.of("", version).contains(Json.text(is, "/resourceVersion"))) {
      throw ApiError.conflict(
          kind,
          name,
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    String uid = is.path("uid").asText(Json.uid(before));
    if (!uid.equals(Json.uid(before))) {
      String problem = "Invalid value: \"%s\": field is immutable".formatted(uid);
      throw ApiError.invalid(kind, name, "metadata.uid", problem);
    }
    List<String> added = new ArrayList<>(finalizers(edited));
    added.removeAll(finalizers(before));
    if (Json.terminating(before) && !added.isEmpty()) {
      String problem =
          "Forbidden: no new finalizers can be added if the object is being deleted, found new"
              + " finalizers []string{\"%s\"}";
      throw ApiError.invalid(
          kind, name, "metadata.finalizers", problem.formatted(String.join("\", \"", added)));
    }
    Json.copyFields(is, was, "name", "namespace", "uid", "creationTimestamp");
    Json.copyFields(is, was, "deletionTimestamp", "deletionGracePeriodSeconds");
    Json.copyFields(edited, before, "status");
  }
}
