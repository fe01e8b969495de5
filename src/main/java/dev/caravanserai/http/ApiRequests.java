package dev.caravanserai.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.contract.StrictJson;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import dev.caravanserai.session.State;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * Reads the requests of the API for its routes: checks all that came, then puts it where the
 * session routes look for it. Bean {@code apiRequests}; safe for use by several threads.
 */
public final class ApiRequests {
  /** Exchange property of an exec: how the caller wants its output. */
  static final String ENCODING = "CaravanseraiEncoding";

  /** Exchange property of reading logs: the media type that the caller wants. */
  static final String MEDIA_TYPE = "CaravanseraiMediaType";

  static final String TEXT = "text/plain";
  static final String JSON_TYPE = "application/json";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~@:-]{0,127}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern LABEL =
      Pattern.compile("[^,=\\s!()]+(=[^,=\\s!()]*)?(,[^,=\\s!()]+(=[^,=\\s!()]*)?)*");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern ANYTHING = Pattern.compile("(?s).+");

  private final Contract contract;

  public ApiRequests(Contract contract) {
    this.contract = contract;
  }

  /** Body: a {@code SessionSpec}. {@code CamelPodAsync}: whether to answer before it is ready. */
  public void start(Exchange exchange) {
    var request = Request.of(exchange);
    var json = json(exchange, request);
    new Query(request.query()).refuseOthers();
    var tenant = tenant(exchange);
    var message = exchange.getMessage();
    message.setBody(contract.readSession(json, tenant, request.header("Idempotency-Key")));
    message.setHeader("CamelPodAsync", prefersAsync(request));
  }

  /** The filters of a list, as {@code CamelPod…} headers. */
  public void list(Exchange exchange) {
    var query = new Query(Request.of(exchange).query());
    set(exchange, "CamelPodState", query.read("state", ApiRequests::state, states()));
    set(exchange, "CamelPodProfile", query.text("profile", NAME, "the name of a profile"));
    set(
        exchange,
        "CamelPodLabel",
        query.text("label", LABEL, "key=value or key, several separated by commas"));
    set(exchange, "CamelPodLimit", query.integer("limit", 1, 500));
    set(exchange, "CamelPodContinue", query.text("continue", ANYTHING, "the continue of a page"));
    query.refuseOthers();
    tenant(exchange);
    exchange.getMessage().setBody(null);
  }

  /** {@code CamelPodSessionId}: one session. */
  public void get(Exchange exchange) {
    new Query(Request.of(exchange).query()).refuseOthers();
    session(exchange);
  }

  /** One session, and {@code CamelPodWait}. */
  public void stop(Exchange exchange) {
    var query = new Query(Request.of(exchange).query());
    exchange.getMessage().setHeader("CamelPodWait", query.flag("wait"));
    query.refuseOthers();
    session(exchange);
  }

  /** One session; body: an {@code ExecSpec}. */
  public void exec(Exchange exchange) {
    var request = Request.of(exchange);
    var json = json(exchange, request);
    new Query(request.query()).refuseOthers();
    var spec = contract.readExec(json);
    session(exchange);
    exchange.setProperty(ENCODING, spec.encoding());
    exchange.getMessage().setBody(spec);
  }

  /** One session, and which lines. */
  public void logs(Exchange exchange) {
    var request = Request.of(exchange);
    var query = new Query(request.query());
    var timestamps = query.flag("timestamps");
    var message = exchange.getMessage();
    set(exchange, "CamelPodContainer", query.text("container", NAME, "the name of a container"));
    set(exchange, "CamelPodTail", query.integer("tail", 0, Integer.MAX_VALUE));
    set(
        exchange,
        "CamelPodSince",
        query.read("since", ApiRequests::since, "a time as 2026-11-21T09:30:00Z, or seconds"));
    message.setHeader("CamelPodTimestamps", timestamps);
    message.setHeader("CamelPodPrevious", query.flag("previous"));
    query.refuseOthers();
    exchange.setProperty(
        MEDIA_TYPE, Accept.best(request.header("Accept"), List.of(JSON_TYPE, TEXT)));
    session(exchange);
  }

  private static void session(Exchange exchange) {
    tenant(exchange);
    var given = exchange.getMessage().getHeader("id", "", String.class);
    var id = QueryStringDecoder.decodeComponent(given.replace("+", "%2B"));
    if (!ID.matcher(id).matches()) {
      throw FailureException.of(
          FailureCode.NOT_FOUND,
          "There is no session %s: that is no id a session can have.".formatted(given));
    }
    exchange.getMessage().setHeader("CamelPodSessionId", id);
    exchange.getMessage().setBody(null);
  }

  private static String tenant(Exchange exchange) {
    var principal = exchange.getProperty(Principal.PROPERTY, Principal.class);
    if (principal == null) {
      throw FailureException.of(FailureCode.UNAUTHENTICATED, "An API key is needed.");
    }
    return principal.tenant();
  }

  /** A body has to say that it is JSON: a form of another site's page cannot. */
  private static JsonNode json(Exchange exchange, Request request) {
    var type = request.header("Content-Type").orElse("").split(";", 2)[0].strip();
    if (!type.toLowerCase(Locale.ROOT).equals(JSON_TYPE)) {
      throw new StatusException(
          415,
          "The body must be JSON with the header Content-Type: application/json, not %s."
              .formatted(type.isEmpty() ? "without one" : type));
    }
    var body = exchange.getMessage().getBody(byte[].class);
    return StrictJson.read(body == null ? new byte[0] : body);
  }

  /** RFC 7240: preferences are separated by commas and ignored if unknown. */
  private static boolean prefersAsync(Request request) {
    return Arrays.stream(request.header("Prefer").orElse("").split("[,;]"))
        .anyMatch(preference -> preference.strip().equalsIgnoreCase("respond-async"));
  }

  private static Optional<String> state(String text) {
    return Arrays.stream(State.values()).map(State::name).filter(text::equals).findFirst();
  }

  private static String states() {
    return "one of "
        + Arrays.stream(State.values()).map(State::name).collect(Collectors.joining(", "));
  }

  private static Optional<Instant> since(String text) {
    try {
      return Optional.of(
          SECONDS.matcher(text).matches()
              ? Instant.now().minus(Long.parseLong(text), ChronoUnit.SECONDS)
              : OffsetDateTime.parse(text.replace(' ', '+')).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static void set(Exchange exchange, String header, Optional<?> value) {
    value.ifPresent(given -> exchange.getMessage().setHeader(header, given));
  }
}
