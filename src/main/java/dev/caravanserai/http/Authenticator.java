package dev.caravanserai.http;

import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * One way to say who calls. Several are asked in turn; the first that knows the caller decides.
 * Must not block: it is asked on an event loop, before the body is read.
 */
@FunctionalInterface
public interface Authenticator {
  /**
   * @return empty if the request carries no credentials of this kind
   * @throws FailureException UNAUTHENTICATED or NOT_PERMITTED if it carries such, and they are
   *     refused
   */
  Optional<Principal> authenticate(HttpServerRequest request);
}
