package dev.caravanserai.component.kamelet;

import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.component.kamelet.Kamelet;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.URISupport;

/**
 * Checks the parameters of Kamelets, and passes those of session Kamelets on unchanged. Camel calls
 * it for each endpoint before it creates the Kamelet's route, while the placeholders of the calling
 * route can still be resolved.
 */
final class KameletParameters extends LifecycleStrategySupport {
  /** A parameter whose name is also an option of Camel's Kamelet endpoint. */
  private static final String TIMEOUT = "timeout";

  /** Parameters that Camel adds. */
  static final Set<String> CAMELS =
      Set.of(
          Kamelet.PARAM_TEMPLATE_ID,
          Kamelet.PARAM_ROUTE_ID,
          Kamelet.PARAM_UUID,
          Kamelet.NO_ERROR_HANDLER,
          Kamelet.BRIDGE_ERROR_HANDLER);

  private final CamelContext context;
  private final OpaqueText opaque;
  private final ParameterText texts;

  KameletParameters(CamelContext context, ParameterText texts) {
    this.context = context;
    this.opaque = OpaqueText.of(context);
    this.texts = texts;
  }

  @Override
  public void onEndpointAdd(Endpoint endpoint) {
    if (endpoint instanceof KameletEndpoint) {
      checkFrom();
    }
    if (endpoint instanceof KameletEndpoint kamelet
        && !kamelet.getEndpointUri().matches("kamelet://(source|sink)(\\?.*)?")) {
      boolean ours = SessionKamelets.isName(kamelet.getTemplateId());
      Map<String, String> given = given(kamelet);
      Map<String, String> meant = ours ? meant(kamelet, given) : asWritten(given);
      KameletFile.find(kamelet)
          .ifPresentOrElse(file -> check(file, meant), () -> checkThere(kamelet));
      Map<String, Object> exact = new HashMap<>(kamelet.getKameletProperties());
      exact.keySet().retainAll(CAMELS);
      meant.forEach((name, text) -> exact.put(name, ours ? opaque.exact(text) : text));
      if (ours && !kamelet.getTemplateId().endsWith("-source")) {
        exact.put(Kamelet.NO_ERROR_HANDLER, true); // the caller's route handles its failures
      }
      kamelet.setKameletProperties(exact);
    }
  }

  /** With the values of placeholders; also of a Kamelet that is a template of a route file. */
  private void checkFrom() {
    Optional.ofNullable(context.getCamelContextExtension().getCreateRoute())
        .map(((ModelCamelContext) context)::getRouteDefinition)
        .filter(route -> route.isKamelet() != null)
        .ifPresent(this::checkFrom);
  }

  private void checkFrom(RouteDefinition route) {
    String from = StepUris.resolved(context, route.getInput().getEndpointUri());
    String name = String.valueOf(route.getTemplateParameters().get(Kamelet.PARAM_TEMPLATE_ID));
    if (StepUris.kamelet(from)
        .filter(begin -> name.endsWith("-source") || !begin.equals(Kamelet.SOURCE_ID))
        .isPresent()) {
      throw new IllegalArgumentException(
          "the template of kamelet:%s begins at %s; %s."
              .formatted(name, from, KameletFile.SOURCE_BEGIN));
    }
  }

  private static Map<String, String> given(KameletEndpoint kamelet) {
    Map<String, String> given = new TreeMap<>();
    kamelet
        .getKameletProperties()
        .forEach(
            (name, value) -> {
              if (value instanceof List<?>) {
                throw new IllegalArgumentException(
                    "%s of kamelet:%s is given twice. Inside a value of a URI, & has to be in RAW(…)."
                        .formatted(name, kamelet.getTemplateId()));
              }
              if (!CAMELS.contains(name)) {
                given.put(name, String.valueOf(value));
              }
            });
    return given;
  }

  /**
   * @throws IllegalArgumentException for text in which Camel would replace a placeholder
   */
  private Map<String, String> asWritten(Map<String, String> given) {
    Map<String, String> written = new TreeMap<>(given);
    written.replaceAll((name, text) -> opaque.readExact(text));
    written.forEach(
        (name, text) -> {
          if (OpaqueText.isExact(given.get(name)) && text.contains("{{")) {
            throw new IllegalArgumentException(
                "%s has the text {{, which a Kamelet of your own reads as a placeholder: set it as the body or as a variable in a step before."
                    .formatted(name));
          }
        });
    return written;
  }

  private void check(KameletFile file, Map<String, String> given) {
    file.check(context.getPropertiesComponent());
    file.definition().check(given);
  }

  private void checkThere(KameletEndpoint kamelet) {
    String name = kamelet.getTemplateId();
    if (((ModelCamelContext) context).getRouteTemplateDefinition(name) == null) {
      throw new IllegalArgumentException(
          "there is no Kamelet %s.%s".formatted(name, KameletFile.hint(kamelet)));
    }
  }

  private Map<String, String> meant(KameletEndpoint kamelet, Map<String, String> given) {
    Map<String, String> meant = new TreeMap<>();
    given.forEach(
        (name, text) -> {
          String parameter = ParameterNodes.givenName(name);
          if (OpaqueText.isExact(text)) {
            meant.put(parameter, opaque.readExact(text));
          } else {
            texts.resolve(parameter, text).ifPresent(value -> meant.put(parameter, value));
          }
        });
    timeout(kamelet).ifPresent(timeout -> meant.put(TIMEOUT, timeout));
    return meant;
  }

  /** Resets Camel's own time-out, and returns the one given for the Kamelet. */
  private static Optional<String> timeout(KameletEndpoint kamelet) {
    try {
      String query = URISupport.extractQuery(kamelet.getEndpointUri());
      Object timeout = URISupport.parseQuery(query, true).get(TIMEOUT);
      kamelet.setTimeout(kamelet.getComponent().getTimeout());
      return Optional.ofNullable(timeout).map(Object::toString);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
