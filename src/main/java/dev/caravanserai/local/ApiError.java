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
}
