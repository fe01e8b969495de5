package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * How to delete.
 *
 * @param grace seconds; empty for the pod's own
 */
record DeleteOptions(
    Optional<Long> grace, Optional<String> uid, Optional<String> version, boolean dryRun) {

  static DeleteOptions none() {
    return new DeleteOptions(Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  /** The body's options win over the query's. */
  static DeleteOptions of(JsonNode body, Query query) {
    text(body.path("propagationPolicy"))
        .or(() -> query.text("propagationPolicy"))
        .filter(policy -> !policy.equals("Background"))
        .ifPresent(
            policy -> {
              throw new ApiError(
                  422,
                  "Invalid",
                  "propagationPolicy: Unsupported value: \"%s\": the local cluster deletes in the"
                          .formatted(policy)
                      + " background only: supported values: \"Background\"");
            });
    JsonNode grace = body.path("gracePeriodSeconds");
    return new DeleteOptions(
        grace.isNumber()
            ? Optional.of(Math.max(0, grace.asLong()))
            : query.number("gracePeriodSeconds"),
        text(body.at("/preconditions/uid")),
        text(body.at("/preconditions/resourceVersion")),
        query.dryRun() || body.path("dryRun").size() > 0);
  }

  /**
   * @throws ApiError 409 when it is another object or version than the caller means
   */
  void check(Kind kind, JsonNode object) {
    JsonNode meta = object.path("metadata");
    precondition(kind, meta, "UID", uid, meta.path("uid").asText());
    precondition(kind, meta, "ResourceVersion", version, meta.path("resourceVersion").asText());
  }

  private static void precondition(
      Kind kind, JsonNode meta, String what, Optional<String> wanted, String is) {
    if (wanted.filter(w -> !w.equals(is)).isPresent()) {
      throw Admission.conflict(
          kind,
          meta.path("name").asText(),
          "Precondition failed: %s in precondition: %s, %s in object meta: %s"
              .formatted(what, wanted.get(), what, is));
    }
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }
}
