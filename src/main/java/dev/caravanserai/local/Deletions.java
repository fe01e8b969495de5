package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes an object: at once, or, if it has a grace period, finalizers or a namespace's content, by
 * setting its deletionTimestamp.
 */
record Deletions(ObjectStore store) {

  /**
   * Options of a delete request.
   *
   * @param grace seconds; empty for the pod's own grace period
   * @param uid precondition
   * @param version precondition
   */
  record Options(
      Optional<Long> grace, Optional<String> uid, Optional<String> version, boolean dryRun) {

    /** For this object only, not for a later one of the same name. */
    static Options only(String uid, Optional<Long> grace) {
      return new Options(grace, Optional.of(uid), Optional.empty(), false);
    }

    /** Options in the body take precedence over query parameters. */
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
   * @return the object as it is now, or its last state if it is gone
   */
  ObjectNode delete(ApiPath path, Options options) {
    Kind kind = path.kind();
    return store.atomically(
        () -> {
          ObjectNode object = store.require(kind, path.namespace(), path.name());
          options.uid.ifPresent(
              uid -> precondition(kind, object, "UID", uid, "deleted and then recreated"));
          options.version.ifPresent(
              v -> precondition(kind, object, "ResourceVersion", v, "modified"));
          if (options.dryRun) {
            return object;
          }
          long grace = kind == Kind.POD ? grace(object, options) : 0;
          boolean awaited =
              !object.at("/metadata/finalizers").isEmpty()
                  || kind == Kind.NAMESPACE && !empty(path.name());
          return grace == 0 && !awaited
              ? store.remove(kind, path.namespace(), path.name()).orElse(object)
              : store.update(kind, path.namespace(), path.name(), o -> marked(kind, o, grace));
        });
  }

  private boolean empty(String namespace) {
    return Arrays.stream(Kind.values())
        .allMatch(kind -> store.list(kind, Optional.of(namespace)).isEmpty());
  }

  private static void precondition(
      Kind kind, ObjectNode object, String field, String wanted, String cause) {
    String pointer = "/metadata/" + (field.equals("UID") ? "uid" : "resourceVersion");
    String actual = Json.text(object, pointer);
    if (!actual.equals(wanted)) {
      String why =
          "the %1$s in the precondition (%2$s) does not match the %1$s in record (%3$s). The"
              + " object might have been %4$s";
      throw ApiError.failedPrecondition(
          kind, Json.name(object), why.formatted(field, wanted, actual, cause));
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

  /** Grace period of a pod: 0 if no container runs; a period that has begun is never extended. */
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
