package dev.caravanserai.http;

import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * Identifies the caller of a request. The first authenticator that finds its kind of credentials
 * decides. Must not block: it runs on an event loop, before the body is read.
 */
@FunctionalInterface
public interface Authenticator {
  /**
   * @return empty if the request carries no credentials of this kind
   * @throws FailureException UNAUTHENTICATED or NOT_PERMITTED if they are refused
   */
  Optional<Principal> authenticate(HttpServerRequest request);
}
