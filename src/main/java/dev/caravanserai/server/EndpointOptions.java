package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;

/**
 * Refuses a number or a time in an endpoint's options that Camel reads as 0, such as {@code abc}.
 * Thread-safe.
 */
final class EndpointOptions extends LifecycleStrategySupport {
  /** Also what Camel takes from elsewhere: beans and text in RAW. */
  private static final Pattern NUMBER_OR_TIME =
      Pattern.compile(
          "-1|\\d*|(?:\\d+d)?(?:\\d+h)?(?:\\d+m(?!s))?(?:\\d+s)?(?:\\d+ms)?|[Pp].+|#.*|RAW.*");

  /** The components' own descriptions of their options. */
  private final Map<String, JsonNode> components = new ConcurrentHashMap<>();

  @Override
  public void onEndpointAdd(Endpoint endpoint) {
    options(endpoint)
        .forEach(
            (name, value) -> {
              if (value instanceof String text && !NUMBER_OR_TIME.matcher(text).matches()) {
                String type = type(endpoint, name);
                if (type.equals("duration") || type.equals("integer") && !text.matches("-\\d+")) {
                  throw new IllegalArgumentException(wrong(endpoint, name, text));
                }
              }
            });
  }

  /** The message for a value that an option cannot have. */
  String wrong(Endpoint endpoint, String name, Object value) {
    String must =
        switch (type(endpoint, name)) {
          case "duration" -> "a time: milliseconds, or such as 5s or 1m30s";
          case "integer" -> "a whole number";
          case "boolean" -> "true or false";
          default -> "another value";
        };
    return "%s is \"%s\", but it must be %s.".formatted(name, value, must);
  }

  private String type(Endpoint endpoint, String name) {
    JsonNode option =
        components
            .computeIfAbsent(
                StringHelper.before(endpoint.getEndpointUri(), ":", ""),
                scheme -> properties((CatalogCamelContext) endpoint.getCamelContext(), scheme))
            .path(name);
    return option.path("description").asText().startsWith("Milliseconds")
        ? "duration"
        : option.path("type").asText();
  }

  private static JsonNode properties(CatalogCamelContext context, String scheme) {
    try {
      String description = context.getComponentParameterJsonSchema(scheme);
      return new ObjectMapper()
          .readTree(description == null ? "{}" : description)
          .path("properties");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> options(Endpoint endpoint) {
    try {
      String query = URISupport.extractQuery(endpoint.getEndpointUri());
      return query == null ? Map.of() : URISupport.parseQuery(query);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
