package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Principal;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stands before everything that the server serves: lets in who shows a key, to what the key
 * permits. Only the paths that a cluster's probes and scrapers need are open.
 */
final class Guard implements Handler<RoutingContext> {
  private static final String PRINCIPAL = Principal.class.getName();
  private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final Set<String> OPEN =
      Set.of(
          "/observe/health", "/observe/health/live", "/observe/health/ready", "/observe/metrics");

  private final ApiKeys keys;

  Guard(ApiKeys keys) {
    this.keys = keys;
  }

  /** Who is asking; empty on an open path. */
  static Optional<Principal> principal(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(PRINCIPAL));
  }

  @Override
  public void handle(RoutingContext ctx) {
    ctx.response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Cache-Control", "no-store");
    if (open(ctx)) {
      ctx.next();
      return;
    }
    var credentials = Credentials.of(ctx.request().getHeader("Authorization"));
    var principal = credentials.flatMap(given -> keys.authenticate(given.secret()));
    if (principal.isEmpty()) {
      refuse(ctx, credentials.isPresent());
    } else if (credentials.get().remembered() && fromAnotherSite(ctx)) {
      Problem.of(
              FailureCode.NOT_PERMITTED,
              "A page of another site made the browser ask; only this server's own pages may.")
          .write(ctx.response());
    } else {
      permit(ctx, principal.get());
    }
  }

  private static void permit(RoutingContext ctx, Principal principal) {
    var scope = scope(ctx.request().method(), ctx.normalizedPath());
    if (principal.may(scope)) {
      ctx.put(PRINCIPAL, principal).next();
    } else {
      Problem.of(
              FailureCode.NOT_PERMITTED,
              "The API key %s lacks the scope %s that this needs; ask whoever gave it for one."
                  .formatted(principal.key(), scope))
          .write(ctx.response());
    }
  }

  /** As routes are matched without regard to case and trailing slashes, so are rights. */
  private static String scope(HttpMethod method, String path) {
    if (SAFE.contains(method) || method.equals(HttpMethod.OPTIONS)) {
      return ApiKeys.SESSIONS_READ;
    }
    var segments = path.split("/");
    var last = segments.length == 0 ? "" : segments[segments.length - 1];
    return last.equalsIgnoreCase("exec") ? ApiKeys.EXEC : ApiKeys.SESSIONS_WRITE;
  }

  /** With parameters these paths would tell more (stack traces, say), so then a key is needed. */
  private static boolean open(RoutingContext ctx) {
    return OPEN.contains(ctx.normalizedPath())
        && SAFE.contains(ctx.request().method())
        && ctx.request().query() == null;
  }

  /** Fetch Metadata, {@code Sec-Fetch-Site}: absent from anything but browsers. */
  private static boolean fromAnotherSite(RoutingContext ctx) {
    var site = ctx.request().getHeader("Sec-Fetch-Site");
    return site != null && !site.equals("same-origin") && !site.equals("none");
  }

  private static void refuse(RoutingContext ctx, boolean presented) {
    var challenges =
        ctx.normalizedPath().startsWith(Docs.PATH)
            ? List.of("Bearer", "Basic realm=\"Caravanserai: any name, API key as password\"")
            : List.of("Bearer");
    ctx.response().putHeader("WWW-Authenticate", challenges);
    Problem.of(
            FailureCode.UNAUTHENTICATED,
            presented
                ? "This API key opens nothing here: check it for a missing or extra character."
                : "An API key is needed: send the header Authorization: Bearer <key>.")
        .write(ctx.response());
  }
}
