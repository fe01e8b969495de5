package dev.caravanserai.component;

import dev.caravanserai.component.kamelet.RouteOrigin;
import dev.caravanserai.http.ExchangePrincipal;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Principal;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * The tenant for which an exchange acts: that of its principal, always. An exchange without a
 * principal (of a timer, a file, …) acts for the tenant of the endpoint's option, else for that of
 * the setting {@code caravanserai.routes.tenant}, unless it began with a request to the server:
 * then a step has lost its caller. The tenant is never read from a header or body.
 *
 * @param option of the endpoint; empty if not given
 * @param setting for exchanges without a principal where the option is not given
 */
record ActingTenant(Optional<String> option, String setting) {

  /**
   * @throws FailureException NOT_PERMITTED if the option names another tenant than the principal's,
   *     or if the caller of the exchange is not known any more
   */
  String of(Exchange exchange) {
    Optional<RouteOrigin> origin = RouteOrigin.of(exchange);
    Endpoint from = origin.isPresent() ? origin.get().from() : exchange.getFromEndpoint();
    boolean event = from instanceof PodEndpoint pod && pod.isSource(); // its session's principal
    if (event && ExchangePrincipal.of(exchange).isEmpty()
        || ExchangePrincipal.isLost(exchange, from)) {
      throw FailureException.of(
          FailureCode.NOT_PERMITTED,
          "The route does not know its caller any more, so it acts for no tenant: wireTap with copy: false and aggregation strategies of the kind GroupedExchange and GroupedMessage make an exchange without the caller. Use wireTap with copy: true, or another aggregation strategy.");
    }
    return ExchangePrincipal.of(exchange).map(this::of).orElseGet(() -> option.orElse(setting));
  }

  private String of(Principal principal) {
    option
        .filter(tenant -> !tenant.equals(principal.tenant()))
        .ifPresent(
            tenant -> {
              throw FailureException.of(
                  FailureCode.NOT_PERMITTED,
                  "The route acts for tenant %s by its option tenant, but the caller %s belongs to tenant %s. Call with a key of tenant %s, or remove the option: a call acts for its caller's tenant."
                      .formatted(tenant, principal.key(), principal.tenant(), tenant));
            });
    return principal.tenant();
  }
}
