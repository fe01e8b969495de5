package dev.caravanserai.component.kamelet;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesFunction;

/**
 * Resolves the placeholders in the text of a parameter. As a function of Camel's properties it does
 * so where Camel resolves those of the route that holds the step, so that the URI of a Kamelet
 * within another differs for each use of the outer one: Camel makes one endpoint for each URI.
 */
final class ParameterText implements PropertiesFunction {
  private static final String NAME = "kamelet-text";
  private static final String SEPARATOR = "\0";
  static final Pattern PLACEHOLDER = Pattern.compile("(?s)(\\\\)?\\{\\{(.*?)}}");

  private final CamelContext context;
  private final OpaqueText opaque;

  ParameterText(CamelContext context) {
    this.context = context;
    this.opaque = OpaqueText.of(context);
  }

  /** What stands for the text of a route file in a URI. */
  static String inUri(OpaqueText opaque, String parameter, String text) {
    return text.contains("{{")
        ? "{{%s:%s}}".formatted(NAME, opaque.encode(parameter + SEPARATOR + text))
        : opaque.exact(text);
  }

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public boolean optional(String written) {
    return true;
  }

  @Override
  public String apply(String written) {
    String[] parts = opaque.decode(written).split(SEPARATOR, 2);
    // beside an optional placeholder without a value Camel encodes the other values of a URI
    return resolve(parts[0], parts[1]).map(opaque::opaque).orElse(null);
  }

  /** Empty for an optional placeholder without a value. */
  Optional<String> resolve(String parameter, String text) {
    Matcher placeholder = PLACEHOLDER.matcher(text);
    if (placeholder.matches() && placeholder.group(1) == null) {
      return value(parameter, placeholder);
    }
    placeholder.reset();
    return Optional.of(
        placeholder.replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? value(parameter, found).orElse("")
                        : found.group().substring(1))));
  }

  private Optional<String> value(String parameter, MatchResult placeholder) {
    try {
      return Optional.ofNullable(context.resolvePropertyPlaceholders(placeholder.group()))
          .map(opaque::readExact);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: %s is a placeholder of a property that does not exist. For the text itself write \\%s."
              .formatted(parameter, placeholder.group(), placeholder.group()));
    }
  }
}
