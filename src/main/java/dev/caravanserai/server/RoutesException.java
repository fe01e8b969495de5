package dev.caravanserai.server;

/** Routes are invalid. The message has the place, the mistake and the correction. */
public final class RoutesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RoutesException(String message) {
    super(message);
  }

  RoutesException(String message, Throwable cause) {
    super(message, cause);
  }
}
