package dev.caravanserai.server;

import dev.caravanserai.session.Nearest;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.util.URISupport;

/** Refuses what Camel takes and forgets: parameters that a Kamelet does not have. */
final class KameletParameters {
  private KameletParameters() {}

  /**
   * Checks all uses of Kamelets in routes that have been made.
   *
   * @throws RoutesException with every parameter that its Kamelet does not have
   */
  static void check(CamelContext context) {
    ModelCamelContext model = (ModelCamelContext) context;
    String mistakes =
        context.getEndpoints().stream()
            .filter(KameletEndpoint.class::isInstance)
            .map(KameletEndpoint.class::cast)
            .flatMap(kamelet -> unknown(kamelet, model))
            .distinct()
            .sorted()
            .map(mistake -> "\n  - " + mistake)
            .collect(Collectors.joining());
    if (!mistakes.isEmpty()) {
      throw new RoutesException(
          "These parameters of Kamelets are not known:"
              + mistakes
              + "\nCorrect them and start again: nothing was started.");
    }
  }

  private static Stream<String> unknown(KameletEndpoint kamelet, ModelCamelContext model) {
    RouteTemplateDefinition template = model.getRouteTemplateDefinition(kamelet.getTemplateId());
    if (template == null) {
      return Stream.empty();
    }
    Set<String> known =
        Stream.ofNullable(template.getTemplateParameters()) // null for none
            .flatMap(List::stream)
            .map(RouteTemplateParameterDefinition::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> options =
        kamelet
            .getCamelContext()
            .getCamelContextExtension()
            .getEndpointUriFactory("kamelet")
            .propertyNames();
    return given(kamelet).stream()
        .filter(name -> !known.contains(name) && !options.contains(name))
        .map(
            name ->
                "kamelet:%s has no %s.%s It has %s"
                    .formatted(
                        kamelet.getTemplateId(),
                        name,
                        Nearest.hint(name, known),
                        known.isEmpty() ? "none" : String.join(", ", known)));
  }

  private static Set<String> given(KameletEndpoint kamelet) {
    try {
      String query = URISupport.extractQuery(kamelet.getEndpointUri());
      return query == null ? Set.of() : URISupport.parseQuery(query, true, true).keySet();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Camel made no URI of " + kamelet, e);
    }
  }
}
