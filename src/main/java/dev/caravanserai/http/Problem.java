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
 * @param code which decision the caller has to make; empty where none of the list is right: the
 *     server does not know what became of the request
 * @param detail what happened, and what to do next
 * @param reason Kubernetes' own, if it gave one
 * @param events the last warning events, oldest first
 * @param violations what is wrong in the request; empty where that is not the reason
 * @param instance names this one occurrence, as the log does
 */
record Problem(
    int status,
    String title,
    Optional<FailureCode> code,
    String detail,
    Optional<String> reason,
    List<String> events,
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
    return of(e.failure().code().httpStatus(), e.failure(), e.violations());
  }

  /** A fault of the server: what became of the request is not known, so there is no code. */
  static Problem internal(int status, String detail, Optional<String> instance) {
    return new Problem(
        status,
        "Internal error",
        Optional.empty(),
        detail,
        Optional.empty(),
        List.of(),
        List.of(),
        instance);
  }

  private static Problem of(int status, Failure failure) {
    return of(status, failure, List.of());
  }

  private static Problem of(int status, Failure failure, List<Violation> violations) {
    return new Problem(
        status,
        failure.code().title(),
        Optional.of(failure.code()),
        failure.message(),
        failure.reason(),
        failure.events(),
        violations,
        Optional.empty());
  }

  byte[] json() {
    try {
      return JSON.writeValueAsBytes(
          new Wire(
              "about:blank",
              title,
              status,
              detail,
              code.orElse(null),
              instance.orElse(null),
              reason.orElse(null),
              violations,
              events));
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
