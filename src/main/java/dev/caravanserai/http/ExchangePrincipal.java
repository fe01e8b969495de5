package dev.caravanserai.http;

import dev.caravanserai.session.Principal;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.SafeCopyProperty;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.support.DefaultEndpoint;

/**
 * The principal of an exchange, where no step of a route can remove or replace it. Copies of the
 * exchange have it too.
 */
public record ExchangePrincipal(Principal principal) implements SafeCopyProperty {

  /** Steps can read it as the exchange property {@link Principal#PROPERTY}. */
  public static void set(Exchange exchange, Principal principal) {
    exchange.setProperty(Principal.PROPERTY, principal);
    exchange
        .getExchangeExtension()
        .setSafeCopyProperty(Principal.PROPERTY, new ExchangePrincipal(principal));
  }

  /** Empty if there is no caller. */
  public static Optional<Principal> of(Exchange exchange) {
    return Optional.ofNullable(
            exchange
                .getExchangeExtension()
                .getSafeCopyProperty(Principal.PROPERTY, ExchangePrincipal.class))
        .map(ExchangePrincipal::principal);
  }

  /**
   * Whether the exchange began with a request to this server, and has no principal all the same. A
   * Kamelet hides what an exchange began with, unless its route is known.
   *
   * @param from what it began with, as far as is known; may be null
   */
  public static boolean isLost(Exchange exchange, Endpoint from) {
    return of(exchange).isEmpty()
        && ((from instanceof PlatformHttpEndpoint || from instanceof KameletEndpoint)
                && exchange.getContext().getRegistry().findSingleByType(HttpEngine.class) != null
            || from instanceof DefaultEndpoint other
                && other.getComponent() instanceof ContractComponent);
  }

  @Override
  public ExchangePrincipal safeCopy() {
    return this;
  }
}
