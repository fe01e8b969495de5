package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Authenticates by API keys: {@code Authorization: Bearer}, or {@code Basic} with the key as
 * password. Safe for use by several threads.
 */
public final class ApiKeys implements Authenticator {
  private final List<ApiKey> keys;

  public ApiKeys(List<ApiKey> keys) {
    this.keys = List.copyOf(keys);
  }

  @Override
  public Optional<Principal> authenticate(HttpServerRequest request) {
    var credentials = Credentials.of(request.getHeader("Authorization"));
    if (credentials.isEmpty()) {
      return Optional.empty();
    }
    var principal = principal(credentials.get().secret());
    if (principal.isEmpty()) {
      throw FailureException.of(
          FailureCode.UNAUTHENTICATED,
          "Unknown API key: check it for a missing or extra character.");
    }
    if (credentials.get().remembered() && fromAnotherSite(request)) {
      throw FailureException.of(
          FailureCode.NOT_PERMITTED,
          "The browser sent this request for a page of another site: only pages of this server may use a remembered key.");
    }
    return principal;
  }

  /** Takes the same time for every wrong key. */
  private Optional<Principal> principal(String secret) {
    var hash = ApiKey.sha256(secret);
    Optional<Principal> found = Optional.empty();
    for (var key : keys) {
      if (MessageDigest.isEqual(key.sha256(), hash)) {
        found = Optional.of(new Principal(key.tenant(), key.name(), key.scopes()));
      }
    }
    return found;
  }

  /**
   * By {@code Sec-Fetch-Site} (Fetch Metadata), which browsers send to https and to localhost; else
   * by {@code Origin}, which they send with every request of another site that may change anything.
   */
  private static boolean fromAnotherSite(HttpServerRequest request) {
    var site = request.getHeader("Sec-Fetch-Site");
    return site == null
        ? Origin.foreign(request).isPresent()
        : !site.equals("same-origin") && !site.equals("none");
  }
}
