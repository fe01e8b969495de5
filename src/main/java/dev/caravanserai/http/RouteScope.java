package dev.caravanserai.http;

import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.support.RoutePolicySupport;

/**
 * The scope that callers of a {@code platform-http} route need, named by the route as its {@code
 * routePolicy}. The server has one bean for each scope: {@code scope:exec}, {@code scope:routes}
 * and so on; a custom scope is a bean in the route file. A route without one needs {@link
 * Scopes#ROUTES}.
 */
public final class RouteScope extends RoutePolicySupport {
  private final String scope;

  /**
   * @throws IllegalArgumentException if there is no such scope
   */
  public RouteScope(String scope) {
    if (!Scopes.known(scope)) {
      throw new IllegalArgumentException(Scopes.unknown(scope));
    }
    this.scope = scope;
  }

  /** The scope that a route names, or the default. */
  static String of(Route route) {
    return route.getRoutePolicyList().stream()
        .filter(RouteScope.class::isInstance)
        .map(policy -> ((RouteScope) policy).scope)
        .findFirst()
        .orElse(Scopes.ROUTES);
  }

  @Override
  public void onInit(Route route) {
    if (!(route.getEndpoint() instanceof PlatformHttpEndpoint)) {
      throw new IllegalArgumentException(
          "routePolicy %s is for routes from platform-http only, and %s is not"
              .formatted(scope, route.getEndpoint().getEndpointBaseUri()));
    }
  }
}
