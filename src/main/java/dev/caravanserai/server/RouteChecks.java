package dev.caravanserai.server;

import dev.caravanserai.session.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.LineNumberAware;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.util.StringHelper;

/** Finds mistakes in routes that Camel reports only for a message, or never. */
final class RouteChecks extends ModelLifecycleStrategySupport {
  private static final Pattern KAMELET = Pattern.compile("kamelet:(?://)?([^/?]+).*");
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?(.+)");

  private final Map<String, LineNumberAware> places = new HashMap<>();

  /**
   * @throws RoutesException if another route or step has the id of it or of one of its steps
   */
  @Override
  public void onAddRouteDefinition(RouteDefinition route) {
    if (Boolean.TRUE.equals(route.isRest())) {
      route.setErrorHandlerFactory(new NoErrorHandlerDefinition()); // the caller gets the failure
    }
    if (route.isKamelet() == null) {
      if (route.getId() != null) {
        claim("Route", route.getId(), route.getInput());
      }
      ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
          .stream()
          .filter(step -> step.getId() != null && step.hasCustomIdAssigned())
          .forEach(step -> claim("Step", step.getId(), step));
    }
  }

  private void claim(String what, String id, LineNumberAware place) {
    LineNumberAware before = places.putIfAbsent(id, place);
    if (before != null && before != place) {
      throw new RoutesException(
          "%s %s in %s has the id of another in %s. Give each route and each step an id of its own."
              .formatted(what, id, place(place), place(before)));
    }
  }

  /**
   * @throws RoutesException with every step that sends to an endpoint without a route, or uses a
   *     source as an action or the reverse
   */
  static void check(CamelContext context) {
    List<RouteDefinition> routes =
        ((ModelCamelContext) context)
            .getRouteDefinitions().stream().filter(route -> route.isKamelet() == null).toList();
    Set<String> begun =
        routes.stream()
            .map(route -> endpoint(context, route.getInput()))
            .collect(Collectors.toSet());
    List<String> mistakes = new ArrayList<>();
    for (RouteDefinition route : routes) {
      Matcher source = KAMELET.matcher(endpoint(context, route.getInput()));
      if (source.matches() && !source.group(1).endsWith("-source")) {
        mistakes.add(
            "%s: kamelet:%s is no source: use it in to."
                .formatted(place(route.getInput()), source.group(1)));
      }
      ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
          .forEach(step -> check(context, step, begun, mistakes));
    }
    if (!mistakes.isEmpty()) {
      throw new RoutesException(
          String.join("\n", mistakes) + "\nCorrect that and start again: nothing was started.");
    }
  }

  /**
   * @throws RoutesException if no route ends sessions whose time is over
   */
  static void checkReaper(CamelContext context, Path folder) {
    if (!Stream.of("pod:due", "pod:reap", "pod:orphan").allMatch(uri -> calls(context, uri))) {
      throw new RoutesException(
          "No route ends sessions whose time is over (pod:due, pod:reap and pod:orphan, as in routes/reaper.camel.yaml), so none was started. The files in %s (caravanserai.routes.folder) replace the server's own routes, also its API. To add routes to them, keep the setting as it was and give your files on the command line; to replace them, copy reaper.camel.yaml into that folder too."
              .formatted(folder.toAbsolutePath()));
    }
  }

  private static boolean calls(CamelContext context, String operation) {
    return context.getEndpoints().stream()
        .anyMatch(endpoint -> endpoint.getEndpointBaseUri().replace("://", ":").equals(operation));
  }

  /** Whether the server's own API is served. */
  static boolean servesApi(CamelContext context) {
    return context.hasEndpoint("direct:startSession") != null;
  }

  private static void check(
      CamelContext context,
      ProcessorDefinition<?> step,
      Collection<String> begun,
      List<String> mistakes) {
    if (!(step instanceof EndpointRequiredDefinition to) || to.getEndpointUri() == null) {
      return;
    }
    String uri = endpoint(context, to);
    Matcher kamelet = KAMELET.matcher(uri);
    if (kamelet.matches() && kamelet.group(1).endsWith("-source")) {
      mistakes.add(
          "%s: kamelet:%s is a source: use it in from.".formatted(place(step), kamelet.group(1)));
    }
    Matcher direct = DIRECT.matcher(uri);
    if (direct.matches() && !uri.contains("${") && !begun.contains(uri)) {
      mistakes.add(
          "%s: no route begins with %s.%s".formatted(place(step), uri, Nearest.hint(uri, begun)));
    }
  }

  /** Without options. */
  private static String endpoint(CamelContext context, EndpointRequiredDefinition definition) {
    String uri = context.resolvePropertyPlaceholders(definition.getEndpointUri());
    return StringHelper.before(uri, "?", uri).replaceFirst("^direct://", "direct:");
  }

  /** The file and the line of a step. */
  static String place(LineNumberAware step) {
    String file = step.getLocation() == null ? "Java" : step.getLocation();
    return step.getLineNumber() < 0 ? file : file + ", line " + step.getLineNumber();
  }
}
