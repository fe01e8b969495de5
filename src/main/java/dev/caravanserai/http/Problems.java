package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts exceptions and HTTP statuses to problems. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** As {@link #of(Throwable, String, String)}; the log entry names the route and its place too. */
  static Problem of(Throwable thrown, Exchange exchange) {
    String request =
        Request.find(exchange).map(r -> r.method() + " " + r.path() + " in ").orElse("");
    String route =
        Optional.ofNullable(exchange.getContext().getRoute(exchange.getFromRouteId()))
            .map(RouteConsumer::owner)
            .orElse("a route");
    return of(thrown, exchange.getExchangeId(), request + route);
  }

  /**
   * Shows a {@link FailureException} found among the causes. Anything else is a fault of the server
   * or of a route: the response identifies the occurrence, and the log has the details, with a
   * stack trace unless the mistake is known.
   *
   * @param occurrence identifies the request in the response and in the log
   * @param request method and path, for the log
   */
  static Problem of(Throwable thrown, String occurrence, String request) {
    var cause = thrown;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (cause instanceof FailureException e) {
        return Problem.of(e);
      }
      cause = cause.getCause();
    }
    if (thrown instanceof UnsendableException) {
      LOG.error("Request failed: occurrence={} {}: {}", occurrence, request, thrown.getMessage());
    } else {
      LOG.error("Request failed: occurrence={} {}", occurrence, request, thrown);
    }
    return internal(occurrence);
  }

  /** A request that outlasted the time of a shutdown. */
  static Problem ended() {
    return Problem.internal(
        503,
        "The server ended before this request did. Whether anything was done is not known: check"
            + " before you repeat it, or repeat it with the same Idempotency-Key.",
        Optional.empty());
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
          refused(
              400,
              "The URL cannot be decoded: % must be followed by two hexadecimal digits; write %25 for"
                  + " % itself.");
      case 401 -> refused(FailureCode.UNAUTHENTICATED, "An API key is needed.");
      case 403 -> refused(FailureCode.NOT_PERMITTED, "This API key does not permit it.");
      case 404 ->
          refused(
              FailureCode.NOT_FOUND,
              "Nothing is at %s: the server has the paths of its routes and, with the API, those that /v1/docs lists."
                  .formatted(path));
      case 405 ->
          refused(405, path + " does not take " + method + ": the header Allow lists the methods.");
      case 503 -> Problem.of(StatusException.shuttingDown());
      case 504 ->
          Problem.internal(
              504,
              "The route took longer than its requestTimeout and may still be running: check before"
                  + " you repeat the request.",
              Optional.empty());
      default ->
          status < 500
              ? refused(status, "The request was refused.")
              : Problem.internal(
                  status,
                  "The server failed. Whether anything was done is not known: check before"
                      + " you repeat it.",
                  Optional.empty());
    };
  }

  private static Problem refused(int status, String detail) {
    return Problem.of(new StatusException(status, detail));
  }

  private static Problem refused(FailureCode code, String detail) {
    return Problem.of(FailureException.of(code, detail));
  }
}
