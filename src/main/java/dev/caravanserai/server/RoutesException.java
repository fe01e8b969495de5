package dev.caravanserai.server;

/** Routes cannot run. The message is for whoever wrote them: where, what, and what to do. */
public final class RoutesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RoutesException(String message) {
    super(message);
  }

  RoutesException(String message, Throwable cause) {
    super(message, cause);
  }
}
