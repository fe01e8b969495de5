package dev.caravanserai.local;

import static dev.caravanserai.local.MemoryStore.meta;
import static dev.caravanserai.local.MemoryStore.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Whether a change may be made at all, whatever the object looks like. */
final class Admission {
  private Admission() {}

  static void agree(Kind kind, Optional<String> namespace, ObjectNode body) {
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

  static void open(ObjectNode namespace) {
    if (namespace.at("/metadata").hasNonNull("deletionTimestamp")) {
      throw new ApiError(
          403,
          "Forbidden",
          "unable to create new content in namespace %s because it is being terminated"
              .formatted(namespace.at("/metadata/name").asText()));
    }
  }

  /** Refusals on demand, for tests: the annotation is the caller's own. */
  static void refuse(Kind kind, ObjectNode object) {
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

  static void current(Kind kind, ObjectNode before, ObjectNode edited) {
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

  static void unchangeable(Kind kind, ObjectNode before, ObjectNode after) {
    if (kind == Kind.POD && !fixedPart(before).equals(fixedPart(after))) {
      throw new ApiError(
          422,
          "Invalid",
          "Pod \"%s\" is invalid: spec: Forbidden: pod updates may not change fields other than"
                  .formatted(before.at("/metadata/name").asText())
              + " `spec.containers[*].image`,`spec.initContainers[*].image`,"
              + "`spec.activeDeadlineSeconds`,`spec.tolerations`,"
              + "`spec.terminationGracePeriodSeconds`");
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
}
