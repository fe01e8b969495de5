package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Authenticates every request before it is routed. The scope is checked by the entrance that takes
 * the request. Only the paths of probes and scrapers need no key.
 */
final class Guard implements Handler<RoutingContext> {
  private static final String PRINCIPAL = Principal.class.getName();
  private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  static final Set<String> OPEN =
      Set.of(
          "/observe/health", "/observe/health/live", "/observe/health/ready", "/observe/metrics");

  private final List<Authenticator> authenticators;

  Guard(List<Authenticator> authenticators) {
    this.authenticators = authenticators;
  }

  /** The caller; empty on an open path. */
  static Optional<Principal> principal(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(PRINCIPAL));
  }

  static boolean permits(RoutingContext ctx, String scope) {
    return principal(ctx).filter(who -> who.may(scope)).isPresent();
  }

  static FailureException lacks(RoutingContext ctx, String scope) {
    return FailureException.of(
        FailureCode.NOT_PERMITTED,
        "The API key %s lacks the scope %s: ask the administrator for a key with it."
            .formatted(principal(ctx).map(Principal::key).orElse(""), scope));
  }

  @Override
  public void handle(RoutingContext ctx) {
    ctx.response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Cache-Control", "no-store");
    ctx.queryParams(); // fails with 400 if the query cannot be decoded
    if (open(ctx)) {
      ctx.next();
      return;
    }
    try {
      var principal =
          authenticators.stream()
              .flatMap(kind -> kind.authenticate(ctx.request()).stream())
              .findFirst()
              .orElseThrow(
                  () ->
                      FailureException.of(
                          FailureCode.UNAUTHENTICATED,
                          "An API key is needed: send the header Authorization: Bearer <key>."));
      ctx.put(PRINCIPAL, principal).next();
    } catch (FailureException e) {
      if (e.failure().code() == FailureCode.UNAUTHENTICATED) {
        ctx.response().putHeader("WWW-Authenticate", challenges(ctx));
      }
      ctx.fail(e);
    }
  }

  /** With parameters these paths show more, such as stack traces, and need a key. */
  private static boolean open(RoutingContext ctx) {
    return OPEN.contains(ctx.normalizedPath())
        && SAFE.contains(ctx.request().method())
        && ctx.request().query() == null;
  }

  private static List<String> challenges(RoutingContext ctx) {
    return ctx.normalizedPath().startsWith(Docs.PATH)
        ? List.of("Bearer", "Basic realm=\"Caravanserai: any name, API key as password\"")
        : List.of("Bearer");
  }
}
