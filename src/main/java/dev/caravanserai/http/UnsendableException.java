package dev.caravanserai.http;

/** The result of a route is no HTTP response. The message says why, and how to mend the route. */
final class UnsendableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnsendableException(String message, Throwable cause) {
    super(message, cause);
  }
}
