package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A refusal in Kubernetes' words. */
final class ApiError extends RuntimeException {
  final int code;
  final String reason;

  ApiError(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static ApiError bad(String message) {
    return new ApiError(400, "BadRequest", message);
  }

  static ApiError notFound(Kind kind, String name) {
    return notFound("%s \"%s\" not found".formatted(kind.resource(), name));
  }

  static ApiError notFound(String message) {
    return new ApiError(404, "NotFound", message);
  }

  static ApiError conflict(Kind kind, String name, String why) {
    String message = "Operation cannot be fulfilled on %s \"%s\": %s";
    return new ApiError(409, "Conflict", message.formatted(kind.resource(), name, why));
  }

  static ApiError invalid(String message) {
    return new ApiError(422, "Invalid", message);
  }

  static ApiError internal(String message) {
    return new ApiError(500, "InternalError", message);
  }

  /** The {@code Status} object that tells it. */
  ObjectNode status() {
    ObjectNode status = Json.status("Failure").put("message", getMessage());
    return status.put("reason", reason).put("code", code);
  }
}
