package dev.caravanserai.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.contract.ApiJson;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An error as problem details (RFC 9457), in the order of the contract.
 *
 * @param title the same for every problem of its kind
 * @param status the HTTP status
 * @param detail what happened, and what to do next
 * @param code failure code; empty for a fault of the server, when it is unknown whether anything
 *     was done
 * @param instance identifies this occurrence, as in the log
 * @param reason Kubernetes' own, if it gave one
 * @param errors violations in the request; may be empty
 * @param events the last warning events, oldest first
 * @param log the last lines of the failed container or command
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder("type")
record Problem(
    String title,
    int status,
    String detail,
    Optional<FailureCode> code,
    Optional<String> instance,
    Optional<String> reason,
    List<Violation> errors,
    List<String> events,
    List<String> log) {

  static final String CONTENT_TYPE = "application/problem+json";

  private static final String RETRY_SECONDS = "5";
  private static final ObjectMapper JSON = ApiJson.mapper();

  Problem {
    errors = List.copyOf(errors);
  }

  @JsonProperty
  String type() {
    return "about:blank";
  }

  static Problem of(FailureException e) {
    var failure = e.failure();
    return new Problem(
        failure.code().title(),
        e instanceof StatusException own ? own.status() : failure.code().httpStatus(),
        failure.message(),
        Optional.of(failure.code()),
        Optional.empty(),
        failure.reason(),
        e instanceof InvalidRequestException invalid ? invalid.violations() : List.of(),
        failure.events(),
        e.log());
  }

  /** A fault of the server, without a code: it is unknown whether anything was done. */
  static Problem internal(int status, String detail, Optional<String> instance) {
    return new Problem(
        "Internal error",
        status,
        detail,
        Optional.empty(),
        instance,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  byte[] json() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem is strings and lists of strings", e);
    }
  }

  /** Of the response: what it is, and when to try again. */
  Map<String, String> headers() {
    return status == 503 || code.filter(FailureCode.LIMIT_REACHED::equals).isPresent()
        ? Map.of("Content-Type", CONTENT_TYPE, "Retry-After", RETRY_SECONDS)
        : Map.of("Content-Type", CONTENT_TYPE);
  }

  /** Sends it, unless a response has been sent already. On the response's own context. */
  void write(HttpServerResponse response) {
    if (!response.headWritten() && !response.closed()) {
      headers().forEach(response::putHeader);
      response.setStatusCode(status).end(Buffer.buffer(json()));
    }
  }
}
