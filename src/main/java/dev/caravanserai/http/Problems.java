package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts exceptions and HTTP statuses to problems. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /**
   * Shows a {@link FailureException} found among the causes. Anything else is a fault of the server
   * or of a route: the answer identifies the occurrence, and the log has the details.
   *
   * @param occurrence identifies the request in the response and in the log
   */
  static Problem of(Throwable thrown, String occurrence) {
    var cause = thrown;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (cause instanceof StatusException e) {
        return Problem.of(e.status(), e.failure().code(), e.failure().message());
      }
      if (cause instanceof InvalidRequestException e) {
        return Problem.of(e);
      }
      if (cause instanceof FailureException e) {
        return Problem.of(e);
      }
      cause = cause.getCause();
    }
    LOG.error("Request failed: occurrence={}", occurrence, thrown);
    return internal(occurrence);
  }

  private static Problem internal(String occurrence) {
    return Problem.internal(
        500,
        "The server could not handle this request: a fault in it or in one of its routes. Whether"
            + " anything was done is not known: check before you repeat it, or repeat it with the"
            + " same Idempotency-Key. The server's log has the details under "
            + occurrence
            + ".",
        Optional.of("urn:exchange:" + occurrence));
  }

  /** For a status without an exception. */
  static Problem of(int status, String method, String path) {
    return switch (status) {
      case 400 ->
          Problem.of(
              FailureCode.INVALID_REQUEST,
              "The URL cannot be decoded: % must be followed by two hexadecimal digits; write %25 for"
                  + " % itself.");
      case 401 -> Problem.of(FailureCode.UNAUTHENTICATED, "An API key is needed.");
      case 403 -> Problem.of(FailureCode.NOT_PERMITTED, "This API key does not permit it.");
      case 404 ->
          Problem.of(
              FailureCode.NOT_FOUND, "Nothing is at " + path + ": /v1/docs lists all operations.");
      case 405 ->
          Problem.of(
              405,
              FailureCode.INVALID_REQUEST,
              path + " does not take " + method + ": the header Allow lists the methods.");
      case 413 ->
          Problem.of(
              413,
              FailureCode.INVALID_REQUEST,
              "The request body is larger than the server takes.");
      case 503 -> of(StatusException.shuttingDown(), "");
      case 504 ->
          Problem.internal(
              504,
              "The route took longer than its requestTimeout and may still be running: check before"
                  + " you repeat the request.",
              Optional.empty());
      default ->
          status < 500
              ? Problem.of(status, FailureCode.INVALID_REQUEST, "The request was refused.")
              : Problem.internal(
                  status,
                  "The server failed. Whether anything was done is not known: check before"
                      + " you repeat it.",
                  Optional.empty());
    };
  }
}
