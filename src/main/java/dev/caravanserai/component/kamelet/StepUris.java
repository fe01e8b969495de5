package dev.caravanserai.component.kamelet;

import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.KameletDefinition;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.support.LanguageSupport;

/** The endpoint URIs that the text of a step names. */
public final class StepUris {
  private static final Pattern KAMELET = Pattern.compile("(?s)\\s*kamelet:(?://)?([^/?]+).*");

  private StepUris() {}

  /** With the values of placeholders; what an expression in a URI evaluates to is not known. */
  public static Stream<String> of(CamelContext context, ProcessorDefinition<?> step) {
    return of(step, text -> resolved(context, text));
  }

  /** With placeholders. */
  static Stream<String> asWritten(ProcessorDefinition<?> step) {
    return of(step, text -> text);
  }

  private static Stream<String> of(ProcessorDefinition<?> step, UnaryOperator<String> resolved) {
    if (step instanceof EndpointRequiredDefinition to) {
      return Stream.ofNullable(to.getEndpointUri()).map(resolved);
    } else if (step instanceof KameletDefinition kamelet) {
      return Stream.of("kamelet:" + kamelet.getName()).map(resolved);
    } else if (step instanceof ToDynamicDefinition to) {
      return Stream.ofNullable(to.getUri()).map(resolved);
    } else if (step instanceof RecipientListDefinition<?> list) {
      return split(resolved, list, list.getDelimiter());
    } else if (step instanceof RoutingSlipDefinition<?> slip) {
      return split(resolved, slip, slip.getUriDelimiter());
    } else if (step instanceof DynamicRouterDefinition<?> router) {
      return split(resolved, router, router.getUriDelimiter());
    } else if (step instanceof EnrichDefinition || step instanceof PollEnrichDefinition) {
      return split(resolved, (ExpressionNode) step, "false");
    }
    return Stream.empty();
  }

  /** The name of the Kamelet that a URI calls. */
  public static Optional<String> kamelet(String uri) {
    Matcher kamelet = KAMELET.matcher(uri);
    return kamelet.matches() ? Optional.of(kamelet.group(1)) : Optional.empty();
  }

  /** Whether it has an expression that Camel evaluates. */
  public static boolean isDynamic(String uri) {
    return uri.startsWith("language:") || LanguageSupport.hasSimpleFunction(uri);
  }

  /**
   * @param delimiter as Camel's option of that name
   */
  private static Stream<String> split(
      UnaryOperator<String> resolved, ExpressionNode step, String delimiter) {
    String between = resolved.apply(Optional.ofNullable(delimiter).orElse(","));
    String all =
        resolved.apply(
            Optional.ofNullable(step.getExpression())
                .map(ExpressionDefinition::getExpression)
                .orElse(""));
    return between.equals("false")
        ? Stream.of(all)
        : Stream.of(all.split(Pattern.quote(between))).map(String::strip);
  }

  /** With the values of placeholders. */
  static String resolved(CamelContext context, String text) {
    try {
      return Optional.ofNullable(context.resolvePropertyPlaceholders(text)).orElse(text);
    } catch (IllegalArgumentException e) {
      return text; // Camel reports the property that does not exist
    }
  }
}
