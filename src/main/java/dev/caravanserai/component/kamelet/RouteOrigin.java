package dev.caravanserai.component.kamelet;

import java.util.Optional;
import org.apache.camel.Endpoint;
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
 * @param from what it was received from; null if it was received from nothing
 */
public record RouteOrigin(String route, Endpoint from) implements SafeCopyProperty {
  private static final String PROPERTY = "CaravanseraiRouteOrigin";

  /** Notes the origin of each exchange. */
  static RoutePolicyFactory policy() {
    Note note = new Note();
    return (context, id, node) -> note;
  }

  /** Empty if it began in no route. */
  public static Optional<RouteOrigin> of(Exchange exchange) {
    return Optional.ofNullable(
        exchange.getExchangeExtension().getSafeCopyProperty(PROPERTY, RouteOrigin.class));
  }

  /** Notes the origin of an exchange that a step has made, such as an aggregate. */
  static void note(Exchange exchange) {
    String route = exchange.getFromRouteId();
    if (route != null && of(exchange).isEmpty()) {
      note(exchange, route);
    }
  }

  private static void note(Exchange exchange, String route) {
    new RouteOrigin(route, exchange.getFromEndpoint()).set(exchange);
  }

  void set(Exchange exchange) {
    exchange.getExchangeExtension().setSafeCopyProperty(PROPERTY, this);
  }

  @Override
  public RouteOrigin safeCopy() {
    return this;
  }

  private static final class Note extends RoutePolicySupport {
    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
      if (of(exchange).isEmpty() || !partOfAnother(route)) {
        note(exchange, route.getRouteId());
      }
    }

    /** Whether it runs on the threads of the route that calls it. */
    private static boolean partOfAnother(Route route) {
      String from = route.getEndpoint().getEndpointUri();
      return from.startsWith("direct:") || from.startsWith("kamelet:");
    }
  }
}
