package dev.caravanserai.server;

import dev.caravanserai.component.kamelet.StepException;
import dev.caravanserai.component.kamelet.StepUris;
import dev.caravanserai.session.Nearest;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.LineNumberAware;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.support.PatternHelper;
import org.apache.camel.util.StringHelper;

/** Finds mistakes in routes that Camel reports only for a message, or never. */
final class RouteChecks extends ModelLifecycleStrategySupport {
  private static final String DIRECT = "direct:";

  private final ModelCamelContext model;
  private final Map<String, LineNumberAware> places = new HashMap<>();

  RouteChecks(CamelContext context) {
    this.model = (ModelCamelContext) context;
  }

  /**
   * @throws RoutesException if another route or step has the id of it or of one of its steps
   */
  @Override
  public void onAddRouteDefinition(RouteDefinition route) {
    if (route.getInput() == null) {
      throw new RoutesException(
          "Route %s in %s has no from. Give it one, with its uri and its steps, and start again."
              .formatted(route.getId(), StepException.place(route)));
    }
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
              .formatted(what, id, StepException.place(place), StepException.place(before)));
    }
  }

  /**
   * Expressions in URIs are not checked.
   *
   * @param files that may configure the dead letter channel
   * @throws RoutesException with every step and dead letter channel that sends to an endpoint
   *     without a route, every source that is used as an action or the reverse, and every route
   *     configuration that does not exist
   */
  static void check(CamelContext context, RouteFiles files) {
    ModelCamelContext model = (ModelCamelContext) context;
    List<RouteDefinition> routes =
        model.getRouteDefinitions().stream().filter(route -> route.isKamelet() == null).toList();
    Set<String> begun =
        routes.stream()
            .map(route -> endpoint(context, route.getInput().getEndpointUri()))
            .collect(Collectors.toSet());
    Set<String> mistakes = new LinkedHashSet<>();
    for (RouteDefinition route : routes) {
      context.getCamelContextExtension().createRoute(route.getId()); // of Kamelets that toD uses
      StepUris.kamelet(endpoint(context, route.getInput().getEndpointUri()))
          .filter(name -> !name.endsWith("-source"))
          .ifPresent(
              name ->
                  mistakes.add(
                      "%s: kamelet:%s is no source: use it in to."
                          .formatted(StepException.place(route.getInput()), name)));
      checkConfiguration(model, route, mistakes);
      if (route.getErrorHandlerFactory() instanceof DeadLetterChannelDefinition channel) {
        String uri = channel.getDeadLetterUri();
        String place =
            files
                .find(Optional.empty(), Pattern.compile(Pattern.quote(uri)))
                .orElseGet(() -> StepException.place(route.getInput()));
        mistakes.addAll(mistakes(place + ": dead letters", endpoint(context, uri), begun));
      }
      ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
          .forEach(
              step ->
                  targets(context, step)
                      .forEach(
                          uri -> mistakes.addAll(mistakes(StepException.place(step), uri, begun))));
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

  private static void checkConfiguration(
      ModelCamelContext model, RouteDefinition route, Set<String> mistakes) {
    List<String> known =
        model.getRouteConfigurationDefinitions().stream()
            .map(RouteConfigurationDefinition::getId)
            .filter(Objects::nonNull)
            .toList();
    Stream.ofNullable(route.getRouteConfigurationId())
        .flatMap(ids -> Stream.of(ids.split(",")))
        .filter(id -> !id.contains("*"))
        .filter(id -> known.stream().noneMatch(one -> PatternHelper.matchPattern(one, id)))
        .forEach(
            id ->
                mistakes.add(
                    "%s: there is no routeConfiguration %s.%s"
                        .formatted(
                            StepException.place(route.getInput()), id, Nearest.hint(id, known))));
  }

  /**
   * The endpoints that a step sends to, without their options; creates those that Camel would
   * create for the first message.
   */
  private static Stream<String> targets(CamelContext context, ProcessorDefinition<?> step) {
    if (step instanceof ExpressionNode node
        && node.getExpression() != null
        && !String.valueOf(node.getExpression().getLanguage()).matches("constant|simple")) {
      return Stream.empty();
    }
    List<String> fixed =
        StepUris.of(context, step).filter(uri -> !StepUris.isDynamic(uri)).toList();
    if (step instanceof ToDynamicDefinition to
        && !fixed.isEmpty()
        && !"true".equals(to.getIgnoreInvalidEndpoint())) {
      create(context, to);
    }
    return fixed.stream().map(uri -> endpoint(context, uri));
  }

  private static void create(CamelContext context, ToDynamicDefinition to) {
    try {
      context.getEndpoint(to.getUri());
    } catch (RuntimeException e) {
      throw new StepException(to, e);
    }
  }

  /** What is wrong with a step that sends to an endpoint. */
  private static List<String> mistakes(String place, String uri, Collection<String> begun) {
    Optional<String> source = StepUris.kamelet(uri).filter(name -> name.endsWith("-source"));
    if (source.isPresent()) {
      return List.of("%s: kamelet:%s is a source: use it in from.".formatted(place, source.get()));
    }
    return uri.matches("direct:.+") && !begun.contains(uri)
        ? List.of("%s: no route begins with %s.%s".formatted(place, uri, hint(uri, begun)))
        : List.of();
  }

  /** The common beginning of two URIs does not make them similar. */
  private static String hint(String uri, Collection<String> begun) {
    String name = uri.substring(DIRECT.length());
    List<String> names =
        begun.stream()
            .filter(one -> one.startsWith(DIRECT))
            .map(one -> one.substring(DIRECT.length()))
            .toList();
    return Nearest.of(name, names).map(near -> " Did you mean " + DIRECT + near + "?").orElse("");
  }

  /** Without options. */
  private static String endpoint(CamelContext context, String uri) {
    String resolved = context.resolvePropertyPlaceholders(uri);
    return StringHelper.before(resolved, "?", resolved).replaceFirst("^direct://", "direct:");
  }
}
