package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.component.kubernetes.KubernetesOperations;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.ReflectionHelper;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;
import org.quartz.CronExpression;

/**
 * Refuses a number or a time in an endpoint's options that Camel reads as 0, such as {@code abc}.
 * Thread-safe.
 */
final class EndpointOptions extends LifecycleStrategySupport {
  /** Also what Camel takes from elsewhere: beans and text in RAW. */
  private static final Pattern NUMBER_OR_TIME =
      Pattern.compile(
          "-1|\\d*|(?:\\d+d)?(?:\\d+h)?(?:\\d+m(?!s))?(?:\\d+s)?(?:\\d+ms)?|[Pp].+|#.*|RAW.*");

  /** The operations of all Kubernetes components: no component lists its own. */
  private static final List<String> KUBERNETES =
      Stream.of(KubernetesOperations.class.getFields())
          .map(field -> (String) ReflectionHelper.getField(field, null))
          .toList();

  /** The components' own descriptions of their options. */
  private final Map<String, JsonNode> components = new ConcurrentHashMap<>();

  @Override
  public void onEndpointAdd(Endpoint endpoint) {
    Map<String, Object> options = options(endpoint.getEndpointUri());
    if (endpoint.getEndpointUri().startsWith("kubernetes-")
        && options.get("operation") instanceof String operation
        && !KUBERNETES.contains(operation)) {
      throw new IllegalArgumentException(
          "there is no operation %s.%s".formatted(operation, Nearest.hint(operation, KUBERNETES)));
    }
    if (endpoint.getEndpointUri().startsWith("quartz:")
        && options.get("cron") instanceof String cron
        && !cron.startsWith("RAW")) {
      check(cron);
    }
    options.forEach(
        (name, value) -> {
          if (value instanceof String text && !NUMBER_OR_TIME.matcher(text).matches()) {
            String type = type(endpoint.getCamelContext(), endpoint.getEndpointUri(), name);
            if (type.equals("duration") || type.equals("integer") && !text.matches("-\\d+")) {
              throw new IllegalArgumentException(
                  wrong(endpoint.getCamelContext(), endpoint.getEndpointUri(), name, text));
            }
          }
        });
  }

  private static void check(String cron) {
    try {
      CronExpression.validateExpression(cron);
    } catch (ParseException e) {
      throw new IllegalArgumentException(
          "cron is \"%s\", but it must be a cron expression of Quartz such as 0 30 6 * * ?: %s"
              .formatted(cron, e.getMessage()));
    }
  }

  /** The message for a value that an option cannot have. */
  String wrong(CamelContext context, String uri, String name, Object value) {
    String must =
        switch (type(context, uri, name)) {
          case "duration" -> "a time: milliseconds, or such as 5s or 1m30s";
          case "integer" -> "a whole number";
          case "boolean" -> "true or false";
          default -> "another value";
        };
    return "%s is \"%s\", but it must be %s.".formatted(name, value, must);
  }

  /** The same, for the options of the URI that have the value. */
  String wrong(CamelContext context, String uri, Object value) {
    return options(uri).entrySet().stream()
        .filter(option -> option.getValue().equals(value))
        .map(option -> wrong(context, uri, option.getKey(), value))
        .collect(Collectors.joining("\n"));
  }

  private String type(CamelContext context, String uri, String name) {
    JsonNode component =
        components.computeIfAbsent(
            StringHelper.before(uri, ":", ""),
            scheme -> description((CatalogCamelContext) context, scheme));
    JsonNode own = component.path("properties").path(name);
    JsonNode option = own.isMissingNode() ? component.path("componentProperties").path(name) : own;
    return option.path("description").asText().startsWith("Milliseconds")
        ? "duration"
        : option.path("type").asText();
  }

  private static JsonNode description(CatalogCamelContext context, String scheme) {
    try {
      String description = context.getComponentParameterJsonSchema(scheme);
      return new ObjectMapper().readTree(description == null ? "{}" : description);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> options(String uri) {
    try {
      String query = URISupport.extractQuery(uri);
      return query == null ? Map.of() : URISupport.parseQuery(query);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
