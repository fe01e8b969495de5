package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** A refused request, in the words of the Kubernetes API server. */
final class ApiError extends RuntimeException {
  private static final Map<String, String> CAUSE_REASONS =
      Map.of(
          "Required value", "FieldValueRequired",
          "Duplicate value", "FieldValueDuplicate",
          "Unsupported value", "FieldValueNotSupported",
          "Not found", "FieldValueNotFound",
          "Forbidden", "FieldValueForbidden");

  final int code;
  private final String reason;
  private final ObjectNode details = Json.object();

  ApiError(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static ApiError bad(String message) {
    return new ApiError(400, "BadRequest", message);
  }

  static ApiError notFound(Kind kind, String name) {
    return notFound("%s \"%s\" not found".formatted(kind.resource(), name))
        .about(kind, kind.plural, name);
  }

  static ApiError notFound(String message) {
    return new ApiError(404, "NotFound", message);
  }

  static ApiError alreadyExists(Kind kind, String name) {
    String message = "%s \"%s\" already exists".formatted(kind.resource(), name);
    return new ApiError(409, "AlreadyExists", message).about(kind, kind.plural, name);
  }

  static ApiError conflict(Kind kind, String name, String why) {
    return conflict(kind, kind.plural, name, why);
  }

  /** A deletion's precondition that does not hold: unlike other conflicts it names the kind. */
  static ApiError failedPrecondition(Kind kind, String name, String why) {
    return conflict(kind, kind.kind, name, why);
  }

  private static ApiError conflict(Kind kind, String type, String name, String why) {
    String resource = kind.group.isEmpty() ? type : type + "." + kind.group;
    String message = "Operation cannot be fulfilled on %s \"%s\": %s";
    return new ApiError(409, "Conflict", message.formatted(resource, name, why))
        .about(kind, type, name);
  }

  static ApiError forbidden(Kind kind, String name, String why) {
    String message = "%s \"%s\" is forbidden: %s".formatted(kind.resource(), name, why);
    return new ApiError(403, "Forbidden", message).about(kind, kind.plural, name);
  }

  /** An object with a problem in one field. */
  static ApiError invalid(Kind kind, String name, String field, String problem) {
    return invalid(kind, name, List.of(Map.entry(field, problem)));
  }

  /**
   * @param problems at least one; field and problem
   */
  static ApiError invalid(Kind kind, String name, List<Map.Entry<String, String>> problems) {
    List<String> all = problems.stream().map(p -> p.getKey() + ": " + p.getValue()).toList();
    String text = all.size() == 1 ? all.get(0) : all.toString();
    ApiError error = invalid("%s \"%s\" is invalid: %s".formatted(kind.kind, name, text));
    for (Map.Entry<String, String> problem : problems) {
      String begins = problem.getValue().split(":", 2)[0];
      ObjectNode cause = error.details.withArray("/causes").addObject();
      cause.put("reason", CAUSE_REASONS.getOrDefault(begins, "FieldValueInvalid"));
      cause.put("message", problem.getValue()).put("field", problem.getKey());
    }
    return error.about(kind, kind.kind, name);
  }

  static ApiError invalid(String message) {
    return new ApiError(422, "Invalid", message);
  }

  static ApiError internal(String message) {
    return new ApiError(500, "InternalError", message);
  }

  private ApiError about(Kind kind, String type, String name) {
    details.put("name", name).put("kind", type);
    if (!kind.group.isEmpty()) {
      details.put("group", kind.group);
    }
    return this;
  }

  /** The {@code Status} object for the response body. */
  ObjectNode status() {
    ObjectNode status = Json.status("Failure").put("message", getMessage());
    status.put("reason", reason).put("code", code);
    return details.isEmpty() ? status : status.set("details", details);
  }
}
