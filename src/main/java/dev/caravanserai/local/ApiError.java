package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** A refused request, in the words of the Kubernetes API server. */
final class ApiError extends RuntimeException {
  private static final String CONFLICT = "Operation cannot be fulfilled on %s \"%s\": %s";
  private static final Map<String, String> CAUSE_REASONS =
      Map.of(
          "Required value", "FieldValueRequired",
          "Duplicate value", "FieldValueDuplicate",
          "Unsupported value", "FieldValueNotSupported",
          "Not found", "FieldValueNotFound",
          "Forbidden", "FieldValueForbidden",
          "Too long", "FieldValueTooLong");

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

  static ApiError notFound(String message) {
    return new ApiError(404, "NotFound", message);
  }

  static ApiError invalid(String message) {
    return new ApiError(422, "Invalid", message);
  }

  static ApiError internal(String message) {
    return new ApiError(500, "InternalError", message);
  }

  static ApiError forbidden(Kind kind, String name, String why) {
    return of(403, "Forbidden", kind, kind.plural, name, "%s \"%s\" is forbidden: %s", why);
  }

  static ApiError notFound(Kind kind, String name) {
    return of(404, "NotFound", kind, kind.plural, name, "%s \"%s\" not found", "");
  }

  static ApiError alreadyExists(Kind kind, String name) {
    return of(409, "AlreadyExists", kind, kind.plural, name, "%s \"%s\" already exists", "");
  }

  static ApiError conflict(Kind kind, String name, String why) {
    return of(409, "Conflict", kind, kind.plural, name, CONFLICT, why);
  }

  /** The precondition of a deletion does not hold. Unlike other conflicts it names the kind. */
  static ApiError failedPrecondition(Kind kind, String name, String why) {
    return of(409, "Conflict", kind, kind.kind, name, CONFLICT, why);
  }

  /** An object with a problem in one field. */
  static ApiError invalid(Kind kind, String name, String field, String problem) {
    return invalid(kind, name, List.of(Map.entry(field, problem)));
  }

  /**
   * @param problems at least one pair of field and problem
   */
  static ApiError invalid(Kind kind, String name, List<Map.Entry<String, String>> problems) {
    List<String> all = problems.stream().map(p -> p.getKey() + ": " + p.getValue()).toList();
    String text = all.size() == 1 ? all.get(0) : all.toString();
    ApiError error = of(422, "Invalid", kind, kind.kind, name, "%s \"%s\" is invalid: %s", text);
    for (Map.Entry<String, String> problem : problems) {
      String begins = problem.getValue().split(":", 2)[0];
      ObjectNode cause = error.details.withArray("/causes").addObject();
      cause.put("reason", CAUSE_REASONS.getOrDefault(begins, "FieldValueInvalid"));
      cause.put("message", problem.getValue()).put("field", problem.getKey());
    }
    return error;
  }

  /**
   * @param type the kind's name or its resource's, as the details and the message name it
   * @param format for type, name and why
   */
  private static ApiError of(
      int code, String reason, Kind kind, String type, String name, String format, String why) {
    String resource = kind.group.isEmpty() ? type : type + "." + kind.group;
    ApiError error = new ApiError(code, reason, format.formatted(resource, name, why));
    error.details.put("name", name).put("kind", type);
    if (!kind.group.isEmpty()) {
      error.details.put("group", kind.group);
    }
    return error;
  }

  /** The {@code Status} object for the response body. */
  ObjectNode status() {
    ObjectNode status = Json.status("Failure").put("message", getMessage());
    status.put("reason", reason).put("code", code);
    return details.isEmpty() ? status : status.set("details", details);
  }
}
