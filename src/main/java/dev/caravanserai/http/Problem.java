package dev.caravanserai.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;

/**
 * An error as RFC 9457 tells it.
 *
 * @param status the HTTP status
 * @param title the same for every problem of its kind
 * @param failure what happened
 * @param violations what is wrong in the request; empty where that is not the reason
 * @param instance names this one occurrence, as the log does
 */
record Problem(
    int status,
    String title,
    Failure failure,
    List<Violation> violations,
    Optional<String> instance) {

  static final String CONTENT_TYPE = "application/problem+json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What goes over the wire; the order is the one of the contract. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record Wire(
      String type,
      String title,
      int status,
      String detail,
      FailureCode code,
      String instance,
      String reason,
      List<Violation> errors,
      List<String> events) {}

  Problem {
    violations = List.copyOf(violations);
  }

  static Problem of(Failure failure) {
    return of(failure.code().httpStatus(), failure);
  }

  static Problem of(FailureCode code, String detail) {
    return of(Failure.of(code, detail));
  }

  static Problem of(int status, FailureCode code, String detail) {
    return of(status, Failure.of(code, detail));
  }

  static Problem of(InvalidRequestException e) {
    var failure = e.failure();
    return new Problem(
        failure.code().httpStatus(),
        failure.code().title(),
        failure,
        e.violations(),
        Optional.empty());
  }

  private static Problem of(int status, Failure failure) {
    return new Problem(status, failure.code().title(), failure, List.of(), Optional.empty());
  }

  byte[] json() {
    try {
      return JSON.writeValueAsBytes(
          new Wire(
              "about:blank",
              title,
              status,
              failure.message(),
              failure.code(),
              instance.orElse(null),
              failure.reason().orElse(null),
              violations,
              failure.events()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem is strings and lists of strings", e);
    }
  }

  /** Answers with it, unless something has been answered already. On the response's own context. */
  void write(HttpServerResponse response) {
    if (!response.headWritten() && !response.closed()) {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", CONTENT_TYPE)
          .end(Buffer.buffer(json()));
    }
  }
}
