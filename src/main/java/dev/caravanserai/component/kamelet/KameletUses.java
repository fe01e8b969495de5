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
  /** The step that uses a Kamelet, by that Kamelet's name, by the name of the user. */
  private final Map<String, Map<String, LineNumberAware>> steps = new ConcurrentHashMap<>();

  /**
   * @throws IllegalArgumentException with the cycle, if a Kamelet that the step uses, or the one
   *     that the step is in, uses itself, also by others
   */
  void check(Route route, ProcessorDefinition<?> step) {
    ModelCamelContext context = (ModelCamelContext) route.getCamelContext();
    Set<String> used = names(StepUris.of(context, step));
    if (used.isEmpty()) {
      return;
    }
    RouteDefinition definition = (RouteDefinition) route.getRoute();
    if (definition.isKamelet() != null) {
      String user =
          String.valueOf(definition.getTemplateParameters().get(Kamelet.PARAM_TEMPLATE_ID));
      used.forEach(name -> of(context, user).putIfAbsent(name, step));
      used = Set.of(user);
    }
    Set<String> done = new HashSet<>();
    used.forEach(name -> follow(context, new ArrayList<>(), name, done));
  }

  private void follow(
      ModelCamelContext context, List<String> users, String name, Set<String> done) {
    int first = users.indexOf(name);
    users.add(name);
    if (first >= 0) {
      throw new IllegalArgumentException(cycle(users.subList(first, users.size())));
    }
    if (done.add(name)) {
      of(context, name).keySet().forEach(used -> follow(context, users, used, done));
    }
    users.remove(users.size() - 1);
  }

  private String cycle(List<String> names) {
    StringBuilder uses = new StringBuilder();
    for (int i = 1; i < names.size(); i++) {
      LineNumberAware step = steps.get(names.get(i - 1)).get(names.get(i));
      uses.append(" uses %s (%s)".formatted(names.get(i), StepException.place(step)));
    }
    return "the Kamelet %1$s uses itself: %1$s%2$s. Remove one of these steps, or let it use another Kamelet."
        .formatted(names.get(0), uses);
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
