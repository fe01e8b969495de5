package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes: at once, or, where a grace period, a finalizer or a namespace's content has to be
 * awaited, by marking the object.
 */
record Deletions(ObjectStore store) {

  /**
   * How to delete.
   *
   * @param grace seconds; empty for the pod's own
   */
  record Options(
      Optional<Long> grace, Optional<String> uid, Optional<String> version, boolean dryRun) {

    /** Deletes one object, and none that has its name by now. */
    static Options only(ObjectNode object) {
      Optional<String> uid = Optional.of(Json.uid(object));
      return new Options(Optional.empty(), uid, Optional.empty(), false);
    }

    /** The body's options win over the query's. */
    static Options of(JsonNode body, Call call) {
      String policy =
          text(body, "/propagationPolicy")
              .or(() -> call.text("propagationPolicy"))
              .orElse("Background");
      if (!policy.equals("Background")) {
        String message = "propagationPolicy: Unsupported value: \"%s\": the local cluster deletes";
        throw ApiError.invalid(message.formatted(policy) + " in the background only");
      }
      JsonNode grace = body.path("gracePeriodSeconds");
      return new Options(
          grace.isNumber() ? Optional.of(grace.asLong()) : call.number("gracePeriodSeconds"),
          text(body, "/preconditions/uid"),
          text(body, "/preconditions/resourceVersion"),
          call.dryRun() || !body.path("dryRun").isEmpty());
    }

    private static Optional<String> text(JsonNode body, String pointer) {
      return Optional.of(Json.text(body, pointer)).filter(t -> !t.isEmpty());
    }
  }

  /**
   * Begins or finishes a deletion.
   *
   * @return the object as it is, or was last
   */
  ObjectNode delete(ApiPath path, Options options) {
    Kind kind = path.kind();
    return store.atomically(
        () -> {
          ObjectNode object = store.there(kind, path.namespace(), path.name());
          options.uid.ifPresent(uid -> same(kind, object, "uid", uid));
          options.version.ifPresent(v -> same(kind, object, "resourceVersion", v));
          if (options.dryRun) {
            return object;
          }
          long grace = kind == Kind.POD ? grace(object, options) : 0;
          boolean awaited = kind == Kind.NAMESPACE || !object.at("/metadata/finalizers").isEmpty();
          return grace == 0 && !awaited
              ? store.remove(kind, path.namespace(), path.name()).orElse(object)
              : store.update(kind, path.namespace(), path.name(), o -> marked(kind, o, grace));
        });
  }

  /**
   * @throws ApiError 409 when it is another object or version than the caller means
   */
  static void same(Kind kind, ObjectNode object, String field, String wanted) {
    String is = Json.text(object, "/metadata/" + field);
    if (!is.equals(wanted)) {
      String why = "Precondition failed: %s in precondition: %s, in object meta: %s";
      throw ApiError.conflict(kind, Json.name(object), why.formatted(field, wanted, is));
    }
  }

  private static ObjectNode marked(Kind kind, ObjectNode object, long grace) {
    ObjectNode meta = Json.meta(object);
    if (grace < meta.path("deletionGracePeriodSeconds").asLong(Long.MAX_VALUE)) {
      meta.put("deletionTimestamp", ObjectStore.now().plusSeconds(grace).toString());
      meta.put("deletionGracePeriodSeconds", grace);
    }
    if (kind == Kind.NAMESPACE) {
      object.withObject("/status").put("phase", "Terminating");
    }
    return object;
  }

  /** Of a pod: none when nothing of it runs; never more than it has already. */
  private static long grace(ObjectNode pod, Options options) {
    if (Set.of("Succeeded", "Failed").contains(Json.text(pod, "/status/phase"))
        || Json.text(pod, "/spec/nodeName").isEmpty()) {
      return 0;
    }
    long own = pod.at("/spec/terminationGracePeriodSeconds").asLong(30);
    long begun = pod.at("/metadata/deletionGracePeriodSeconds").asLong(Long.MAX_VALUE);
    return Math.min(begun, Math.max(0, options.grace.orElse(own)));
  }
}
