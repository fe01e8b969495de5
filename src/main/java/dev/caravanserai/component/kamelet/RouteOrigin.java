package dev.caravanserai.component.kamelet;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.SafeCopyProperty;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/**
 * The route in which an exchange began: Camel gives the exchange that it makes for a Kamelet the
 * route of that Kamelet, which other routes use too.
 *
 * @param route its id
 */
public record RouteOrigin(String route) implements SafeCopyProperty {
  private static final String PROPERTY = "CaravanseraiRouteOrigin";

  /** Notes the origin of each exchange. */
  static RoutePolicyFactory policy() {
    Note note = new Note();
    return (context, id, node) -> note;
  }

  /** Empty if it began in no route. */
  public static Optional<String> of(Exchange exchange) {
    return Optional.ofNullable(
            exchange.getExchangeExtension().getSafeCopyProperty(PROPERTY, RouteOrigin.class))
        .map(RouteOrigin::route);
  }

  @Override
  public RouteOrigin safeCopy() {
    return this;
  }

  private static final class Note extends RoutePolicySupport {
    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
      if (of(exchange).isEmpty() || !partOfAnother(route)) {
        exchange
            .getExchangeExtension()
            .setSafeCopyProperty(PROPERTY, new RouteOrigin(route.getRouteId()));
      }
    }

    /** Whether it runs on the threads of the route that calls it. */
    private static boolean partOfAnother(Route route) {
      String from = route.getEndpoint().getEndpointUri();
      return from.startsWith("direct:") || from.startsWith("kamelet:");
    }
  }
}
