package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** Rejects an update of a field that Kubernetes does not allow to change. */
record Immutable(Kind kind, ObjectNode before, ObjectNode edited) {
  private static final String POD =
      "Forbidden: pod updates may not change fields other than image, activeDeadlineSeconds,"
          + " tolerations and terminationGracePeriodSeconds (to 1 if it was negative)";
  private static final String CLAIM =
      "Forbidden: spec is immutable after creation except resources.requests";
  private static final String DEADLINE =
      "Invalid value: %s: must be less than or equal to previous value";

  /**
   * @throws ApiError 422 for the first such field
   */
  void check() {
    switch (kind) {
      case POD -> {
        same("spec", Immutable::pod, POD);
        JsonNode was = before.at("/spec/activeDeadlineSeconds");
        JsonNode is = edited.at("/spec/activeDeadlineSeconds");
        if (was.isNumber() && (!is.isNumber() || is.asLong() > was.asLong())) {
          throw invalid("spec.activeDeadlineSeconds", DEADLINE.formatted(is));
        }
      }
      case PVC -> same("spec", claim -> spec(claim, "resources"), CLAIM);
      case SECRET, CONFIG_MAP -> {
        same("type", object -> object.path("type"), "Invalid value: field is immutable");
        for (String field : List.of("immutable", "data", "binaryData")) {
          if (before.path("immutable").asBoolean()) {
            same(
                field, o -> o.path(field), "Forbidden: field is immutable when `immutable` is set");
          }
        }
      }
      default -> {}
    }
  }

  private void same(String field, Function<ObjectNode, JsonNode> part, String problem) {
    if (!part.apply(before).equals(part.apply(edited))) {
      throw invalid(field, problem);
    }
  }

  private ApiError invalid(String field, String problem) {
    return ApiError.invalid(kind, Json.name(before), field, problem);
  }

  private static ObjectNode spec(ObjectNode object, String... changeable) {
    ObjectNode spec = object.withObject("/spec").deepCopy();
    return spec.remove(List.of(changeable));
  }

  private static JsonNode pod(ObjectNode pod) {
    ObjectNode spec = spec(pod, "activeDeadlineSeconds", "tolerations");
    List<String> changeable = List.of("image", "imagePullPolicy");
    Json.objects(spec.path("containers")).forEach(container -> container.remove(changeable));
    return spec;
  }
}
