package dev.caravanserai.http;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;

/** A refused request for which HTTP has a status of its own, such as 406 or 415. */
final class StatusException extends FailureException {
  private final int status;

  StatusException(int status, String message) {
    super(Failure.of(FailureCode.INVALID_REQUEST, message));
    this.status = status;
  }

  int status() {
    return status;
  }
}
