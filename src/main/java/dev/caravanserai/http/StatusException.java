package dev.caravanserai.http;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;

/** A refused request for which HTTP has a status of its own, such as 406 or 415. */
final class StatusException extends FailureException {
  private final int status;

  StatusException(int status, String message) {
    this(status, FailureCode.INVALID_REQUEST, message);
  }

  private StatusException(int status, FailureCode code, String message) {
    super(Failure.of(code, message));
    this.status = status;
  }

  static StatusException shuttingDown() {
    return new StatusException(
        503,
        FailureCode.LIMIT_REACHED,
        "The server is shutting down or not ready: try again in a few seconds.");
  }

  int status() {
    return status;
  }
}
