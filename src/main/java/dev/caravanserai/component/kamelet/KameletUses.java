package dev.caravanserai.component.kamelet;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.LineNumberAware;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.Kamelet;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/**
 * Which Kamelet uses which, by the steps in their files, and by the steps that Camel creates, where
 * placeholders have values. A cycle would run without end: Camel makes one endpoint of equal URIs,
 * and for others one route after the other. Thread-safe.
 */
final class KameletUses {
  /** More would not fit on the stack. */
  private static final int MOST_NESTED = 1000;

  /** The step that uses a Kamelet, by that Kamelet's name, by the name of the user. */
  private final Map<String, Map<String, LineNumberAware>> steps = new ConcurrentHashMap<>();

  private record Use(String kamelet, LineNumberAware step) {}

  /**
   * @throws IllegalArgumentException with the cycle, if a Kamelet that the step uses uses itself,
   *     also by others, or if the step is in that Kamelet
   */
  void check(Route route, ProcessorDefinition<?> step) {
    ModelCamelContext context = (ModelCamelContext) route.getCamelContext();
    Set<String> used = names(StepUris.of(context, step));
    if (!used.isEmpty()) {
      List<Use> users = users(context, (RouteDefinition) route.getRoute());
      Set<String> done = new HashSet<>();
      used.forEach(name -> follow(context, users, new Use(name, step), done));
    }
  }

  /** The Kamelets that a route is a part of, the outermost first. */
  private static List<Use> users(ModelCamelContext context, RouteDefinition route) {
    List<Use> users = new ArrayList<>();
    RouteDefinition kamelet = route;
    while (kamelet != null && kamelet.isKamelet() != null && users.size() < MOST_NESTED) {
      Map<String, Object> parameters = kamelet.getTemplateParameters();
      String name = String.valueOf(parameters.get(Kamelet.PARAM_TEMPLATE_ID));
      ProcessorDefinition<?> step =
          context.getProcessorDefinition(
              String.valueOf(parameters.get(Kamelet.PARENT_PROCESSOR_ID)));
      users.add(0, new Use(name, step));
      kamelet =
          uses(step, name)
              ? context.getRouteDefinition((String) parameters.get(Kamelet.PARENT_ROUTE_ID))
              : null;
    }
    return users;
  }

  /** False for a Kamelet of dead letters, which Camel creates at any step. */
  private static boolean uses(ProcessorDefinition<?> step, String kamelet) {
    return step != null
        && StepUris.asWritten(step)
            .map(uri -> StepUris.kamelet(uri).orElse(uri))
            .anyMatch(name -> name.equals(kamelet) || name.contains("{{"));
  }

  private void follow(ModelCamelContext context, List<Use> users, Use use, Set<String> done) {
    int first = users.stream().map(Use::kamelet).toList().indexOf(use.kamelet());
    users.add(use);
    if (first >= 0) {
      throw new IllegalArgumentException(cycle(users.subList(first, users.size())));
    }
    if (done.add(use.kamelet())) {
      of(context, use.kamelet())
          .forEach((used, step) -> follow(context, users, new Use(used, step), done));
    }
    users.remove(users.size() - 1);
  }

  private static String cycle(List<Use> cycle) {
    return "the Kamelet %1$s uses itself: %1$s%2$s. Remove one of these steps, or let it use another Kamelet."
        .formatted(
            cycle.get(0).kamelet(),
            cycle.stream()
                .skip(1)
                .map(
                    use ->
                        " uses %s (%s)".formatted(use.kamelet(), StepException.place(use.step())))
                .collect(Collectors.joining()));
  }

  private Map<String, LineNumberAware> of(ModelCamelContext context, String name) {
    Map<String, LineNumberAware> known = steps.get(name);
    if (known == null) {
      Map<String, LineNumberAware> read = new ConcurrentHashMap<>();
      templates(context, name)
          .flatMap(template -> Stream.ofNullable(template.getRoute()))
          .flatMap(
              kamelet ->
                  ProcessorDefinitionHelper.filterTypeInOutputs(
                      kamelet.getOutputs(), ProcessorDefinition.class)
                      .stream())
          .forEach(
              step ->
                  names(StepUris.asWritten(step)).forEach(used -> read.putIfAbsent(used, step)));
      known = Optional.ofNullable(steps.putIfAbsent(name, read)).orElse(read);
    }
    return known;
  }

  /** Does not add one that it reads to the context, where its caller may name another folder. */
  private static Stream<RouteTemplateDefinition> templates(ModelCamelContext context, String name) {
    RouteTemplateDefinition loaded = context.getRouteTemplateDefinition(name);
    if (loaded != null) {
      return Stream.of(loaded);
    }
    try {
      List<RouteTemplateDefinition> templates = new ArrayList<>();
      for (Resource file : KameletFile.find(context, name).stream().toList()) {
        for (RoutesBuilder read : PluginHelper.getRoutesLoader(context).findRoutesBuilders(file)) {
          RouteBuilder builder = (RouteBuilder) read;
          builder.setCamelContext(context);
          builder.configure();
          templates.addAll(builder.getRouteTemplateCollection().getRouteTemplates());
        }
      }
      return templates.stream();
    } catch (Exception e) {
      return Stream.empty(); // Camel reports it when it creates the Kamelet's route
    }
  }

  private static Set<String> names(Stream<String> uris) {
    return uris.flatMap(uri -> StepUris.kamelet(uri).stream()).collect(Collectors.toSet());
  }
}
