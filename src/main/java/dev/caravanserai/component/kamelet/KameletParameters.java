package dev.caravanserai.component.kamelet;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Passes the parameters of session Kamelets on as they are meant. Camel calls it for each endpoint
 * before the Kamelet's route is made of it, while the placeholders of the calling route can be
 * resolved.
 */
final class KameletParameters extends LifecycleStrategySupport {
  private static final Pattern PLACEHOLDER = Pattern.compile("(?s)(\\\\)?\\{\\{(.*?)}}");

  private final CamelContext context;

  KameletParameters(CamelContext context) {
    this.context = context;
  }

  @Override
  public void onEndpointAdd(Endpoint endpoint) {
    if (endpoint instanceof KameletEndpoint kamelet
        && SessionKamelets.isName(kamelet.getTemplateId())) {
      Map<String, Object> exact = new HashMap<>();
      kamelet
          .getKameletProperties()
          .forEach((name, value) -> exact(name, value).ifPresent(text -> exact.put(name, text)));
      kamelet.setKameletProperties(exact);
    }
  }

  /** Empty for an optional placeholder without a value. */
  private Optional<Object> exact(String name, Object value) {
    if (!(value instanceof String text)) {
      return Optional.of(value);
    }
    return OpaqueText.isExact(text)
        ? Optional.of(text)
        : resolve(name, OpaqueText.readWritten(text).orElse(text)).map(OpaqueText::exact);
  }

  private Optional<String> resolve(String name, String text) {
    var placeholder = PLACEHOLDER.matcher(text);
    if (placeholder.matches() && placeholder.group(1) == null) {
      return Optional.ofNullable(resolve(name, placeholder)).map(OpaqueText::readExact);
    }
    placeholder.reset();
    return Optional.of(
        placeholder.replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? Optional.ofNullable(resolve(name, found))
                            .map(OpaqueText::readExact)
                            .orElse("")
                        : found.group().substring(1))));
  }

  private String resolve(String name, MatchResult placeholder) {
    try {
      return context.resolvePropertyPlaceholders(placeholder.group());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: %s is a placeholder of a property that does not exist. For the text itself write \\%s."
              .formatted(name, placeholder.group(), placeholder.group()));
    }
  }
}
