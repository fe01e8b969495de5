package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The handshake of a WebSocket (RFC 6455, 4.2): it is accepted once the route has answered. */
final class WebSockets {
  private static final String REQUESTED = WebSockets.class.getName();
  private static final String VERSION = "13";

  private WebSockets() {}

  /**
   * Whether a request asks for a WebSocket. A request with {@code HEAD} does not, nor does one with
   * HTTP/1.0 (RFC 9110, 7.8).
   */
  private static boolean asked(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET)
        && request.version() == HttpVersion.HTTP_1_1
        && "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
  }

  /**
   * Keeps the connection for a WebSocket, if the request asks for one, and calls the next handler.
   *
   * @throws FailureException if it must not be accepted
   */
  static void request(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (!asked(request)) {
      ctx.next();
      return;
    }
    if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))
        || !validKey(request)
        || !connectionOptions(request).contains("upgrade")) {
      ctx.response().putHeader("Sec-WebSocket-Version", VERSION);
      throw FailureException.of(
          FailureCode.INVALID_REQUEST,
          "A WebSocket needs the headers Connection: Upgrade, Sec-WebSocket-Version: 13 and"
              + " Sec-WebSocket-Key: 16 bytes in Base64.");
    }
    request.headers().set("Connection", "Upgrade"); // Vert.x reads only the first of several
    if (RequestBody.announced(request)) {
      throw FailureException.of(
          FailureCode.INVALID_REQUEST, "A request for a WebSocket must not have a body.");
    }
    try {
      URI.create(request.uri()); // Vert.x would refuse it later, without problem details
    } catch (IllegalArgumentException e) {
      throw FailureException.of(
          FailureCode.INVALID_REQUEST,
          "The URL of the WebSocket is invalid: %s.".formatted(e.getMessage()));
    }
    Origin.foreign(request)
        .ifPresent(
            origin -> {
              throw FailureException.of(
                  FailureCode.NOT_PERMITTED,
                  "A page of another origin (%s) must not open this WebSocket.".formatted(origin));
            });
    request.pause(); // its end would end the handshake
    ctx.addEndHandler(ended -> request.resume());
    ctx.put(REQUESTED, true).next();
  }

  private static boolean validKey(HttpServerRequest request) {
    String key = Optional.ofNullable(request.getHeader("Sec-WebSocket-Key")).orElse("");
    try {
      return Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** RFC 9110, 7.6.1: a list, in one header or several. */
  private static List<String> connectionOptions(HttpServerRequest request) {
    return request.headers().getAll("Connection").stream()
        .flatMap(options -> Stream.of(options.split(",")))
        .map(option -> option.strip().toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Whether the answer to a request is to be sent by a WebSocket. */
  static boolean requested(RoutingContext ctx) {
    return ctx.get(REQUESTED) != null;
  }
}
