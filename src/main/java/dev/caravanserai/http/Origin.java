package dev.caravanserai.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Optional;

/** The origin of the page for which a browser sends a request (RFC 6454, 7). */
final class Origin {
  private Origin() {}

  /** The header {@code Origin}, if it names another host than the request is sent to. */
  static Optional<String> foreign(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader("Origin"))
        .filter(origin -> !sameHost(origin, request));
  }

  private static boolean sameHost(String origin, HttpServerRequest request) {
    try {
      String authority = URI.create(origin).getAuthority();
      return authority != null && authority.equalsIgnoreCase(request.getHeader("Host"));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
