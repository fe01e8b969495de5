package dev.caravanserai.http;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.Method;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;

/** Serves a route from {@code platform-http}. */
final class RouteConsumer extends HttpConsumer implements PlatformHttpConsumer {
  private String route;

  RouteConsumer(PlatformHttpEndpoint endpoint, Processor processor, HttpEngine engine) {
    super(endpoint, processor, engine, endpoint.getHeaderFilterStrategy(), false);
  }

  @Override
  public PlatformHttpEndpoint getEndpoint() {
    return (PlatformHttpEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    var endpoint = getEndpoint();
    String methods = endpoint.getHttpMethodRestrict();
    Set<HttpMethod> restricted =
        methods == null
            ? Set.of()
            : Method.parseList(methods).stream()
                .map(method -> HttpMethod.valueOf(method.name()))
                .collect(Collectors.toSet());
    Route route = route();
    this.route = route.getRouteId();
    var entrance =
        new Entrance(
            owner(route),
            HttpPath.of(endpoint.getPath(), endpoint.isMatchOnUriPrefix()),
            restricted,
            RouteScope.of(route),
            endpoint.getRequestTimeout(),
            false);
    List<String> types = types(endpoint.getConsumes());
    var message = new RequestMessage(filter(), entrance.path());
    Reader reader =
        (exchange, ctx) -> {
          if (RequestBody.of(ctx).bytes().length > 0) {
            RequestBody.of(ctx).requireType(types, ctx);
          }
          message.fill(exchange, ctx);
        };
    open(entrance, true, reader, getAsyncProcessor());
  }

  /** Without their parameters. */
  private static List<String> types(String consumes) {
    return Stream.ofNullable(consumes)
        .flatMap(types -> Stream.of(types.toLowerCase(Locale.ROOT).split(",")))
        .map(type -> type.split(";", 2)[0].strip())
        .toList();
  }

  @Override
  String routeId() {
    return route;
  }

  /** Camel gives the route only to the consumer that wraps this one. */
  private Route route() {
    return getEndpoint().getCamelContext().getRoutes().stream()
        .filter(
            route ->
                route.getConsumer() instanceof PlatformHttpConsumerAware wrapper
                    && wrapper.getPlatformHttpConsumer() == this)
        .findFirst()
        .orElseThrow();
  }

  /** Route id and source location, for messages. */
  static String owner(Route route) {
    return "route %s%s"
        .formatted(
            route.getRouteId(),
            Optional.ofNullable(route.getSourceLocationShort())
                .map(place -> " (" + place + ")")
                .orElse(""));
  }
}
