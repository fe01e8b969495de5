package dev.caravanserai.local;

/** A refusal in Kubernetes' words: becomes a {@code Status} object. */
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
    return new ApiError(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": %s".formatted(kind.resource(), name, why));
  }

  static ApiError invalid(String message) {
    return new ApiError(422, "Invalid", message);
  }
}
