package dev.caravanserai.server;

import dev.caravanserai.component.ExecFailedException;
import dev.caravanserai.component.kamelet.StepException;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.LineNumberAware;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.main.Main;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Describes a mistake in a route by one message in place of Camel's chain of exceptions. */
final class RouteMistakes {
  private static final Logger LOG = LoggerFactory.getLogger(RouteMistakes.class);
  private static final Pattern PROPERTY =
      Pattern.compile("(?s)Property with key \\[([^]]+)] not found.*");
  private static final Pattern OPTIONS =
      Pattern.compile("(?s).*endpoint: ([\\w-]+):.*Unknown parameters=\\[\\{([^=]+)=.*");
  private static final Pattern DATA_FORMAT =
      Pattern.compile(
          "(?s)(?:Data format '|Cannot find data format in registry with ref: )([\\w-]+).*");
  private static final Pattern EMPTY =
      Pattern.compile("(?:Resource is empty|Unable to parse resource): (.+?)\\s*");
  private static final Pattern UNPARSED = Pattern.compile("Error pre-parsing resource: file:(.+)");
  private static final Pattern ENUM =
      Pattern.compile("(?s).*No enum constant ([\\w.$]+)\\.(\\w+).*");
  private static final Pattern BEAN =
      Pattern.compile(
          "(?s)No bean could be found in the registry for: (\\S+)(?: of type: (\\S+))?.*");
  private static final Pattern FUNCTION = Pattern.compile("(?s)Unknown function: (\\w+).*");

  /** Exceptions that a route is likely to catch. */
  private static final List<String> EXCEPTIONS =
      List.of(
          FailureException.class.getName(),
          ExecFailedException.class.getName(),
          Exception.class.getName());

  /** The functions of the Simple language that Camel's documentation lists first. */
  private static final List<String> FUNCTIONS =
      List.of(
          "body",
          "bodyAs",
          "bodyOneLine",
          "camelContext",
          "camelId",
          "date",
          "empty",
          "env",
          "exception",
          "exchange",
          "exchangeId",
          "exchangeProperty",
          "header",
          "headerAs",
          "headers",
          "hostname",
          "jq",
          "jsonpath",
          "messageAs",
          "messageHistory",
          "null",
          "prettyBody",
          "random",
          "routeId",
          "stepId",
          "sys",
          "threadName",
          "uuid",
          "variable",
          "variableAs",
          "variables");

  private final Main camel;

  RouteMistakes(Main camel) {
    this.camel = camel;
  }

  /** The message for an exception that Camel threw while it read or created the routes. */
  RoutesException of(Throwable thrown) {
    LOG.debug("Camel's exception", thrown);
    List<Throwable> chain =
        Stream.iterate(thrown, e -> e != null, Throwable::getCause).limit(30).toList();
    return chain.stream()
        .filter(RoutesException.class::isInstance)
        .map(RoutesException.class::cast)
        .findFirst()
        .orElseGet(
            () ->
                new RoutesException(
                    where(chain)
                        + reason(chain).strip()
                        + "\nCorrect that and start again: nothing was started.",
                    thrown));
  }

  /** The route and the step; for a mistake in the route of a Kamelet, the step that calls it. */
  private String where(List<Throwable> chain) {
    Optional<RouteDefinition> route =
        last(chain, FailedToCreateRouteException.class)
            .map(FailedToCreateRouteException::getRouteId)
            .or(
                () ->
                    last(chain, FailedToStartRouteException.class)
                        .map(FailedToStartRouteException::getRouteId))
            .map(id -> model().getRouteDefinition(id))
            .or(() -> withWord(chain));
    Optional<LineNumberAware> step = last(chain, StepException.class).map(StepException::step);
    while (route.filter(found -> found.isKamelet() != null).isPresent()) {
      Map<String, Object> parameters = route.get().getTemplateParameters();
      step = parent(parameters, "parentProcessorId").map(model()::getProcessorDefinition);
      route = parent(parameters, "parentRouteId").map(model()::getRouteDefinition);
    }
    if (route.isEmpty()) {
      return "The routes cannot run: ";
    }
    LineNumberAware place = step.isPresent() ? step.get() : route.get().getInput();
    return "Route %s in %s cannot run: ".formatted(route.get().getId(), RouteChecks.place(place));
  }

  /** The route whose source has a word that its component does not know: Camel names no route. */
  private Optional<RouteDefinition> withWord(List<Throwable> chain) {
    return chain.stream()
        .map(e -> ENUM.matcher(String.valueOf(e.getMessage())))
        .filter(Matcher::matches)
        .flatMap(
            word ->
                model().getRouteDefinitions().stream()
                    .filter(r -> r.getInput().getEndpointUri().contains(word.group(2))))
        .findFirst();
  }

  private static Optional<String> parent(Map<String, Object> parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).map(Object::toString);
  }

  private static <T> Optional<T> last(List<Throwable> chain, Class<T> type) {
    return chain.stream().filter(type::isInstance).map(type::cast).reduce((outer, inner) -> inner);
  }

  private ModelCamelContext model() {
    return (ModelCamelContext) camel.getCamelContext();
  }

  private String reason(List<Throwable> chain) {
    for (Throwable e : chain) {
      String message = String.valueOf(e.getMessage());
      Matcher property = PROPERTY.matcher(message);
      Matcher format = DATA_FORMAT.matcher(message);
      Matcher function = FUNCTION.matcher(message);
      Matcher options = OPTIONS.matcher(message);
      Matcher empty = EMPTY.matcher(message);
      Matcher word = ENUM.matcher(message);
      Matcher unparsed = UNPARSED.matcher(message);
      Matcher bean = BEAN.matcher(message);
      if (e instanceof MarkedYamlEngineException yaml && !empty.matches()) {
        return YamlMistakes.describe(yaml);
      } else if (unparsed.matches() && message(chain).startsWith("Non scalar key")) {
        return YamlMistakes.unquoted(unparsed.group(1)).orElseGet(() -> message(chain));
      } else if (e instanceof ClassNotFoundException) {
        return "there is no class %s.%s".formatted(message, Nearest.hint(message, EXCEPTIONS));
      } else if (word.matches()) {
        return "there is no %s.%s".formatted(word.group(2), choice(word.group(1), word.group(2)));
      } else if (bean.matches()) {
        return "there is no bean %s.%s"
            .formatted(bean.group(1), Nearest.hint(bean.group(1), beans(bean.group(2))));
      } else if (e instanceof NoSuchEndpointException missing) {
        return unknown("component", missing.getUri().replaceFirst("(?s):.*", ""));
      } else if (e instanceof PropertyBindingException wrong) {
        return "%s cannot be \"%s\".".formatted(wrong.getPropertyName(), wrong.getValue());
      } else if (e instanceof NoSuchLanguageException missing) {
        return unknown("language", missing.getLanguage());
      } else if (empty.matches()) {
        return "%s holds no route: write \"- route:\", with its id and its from indented below."
            .formatted(empty.group(1));
      } else if (format.matches()) {
        return unknown("dataformat", format.group(1));
      } else if (property.matches()) {
        return "there is no property %s.%s For the text itself write \\{{ in parameters of a session Kamelet."
            .formatted(property.group(1), Nearest.hint(property.group(1), properties()));
      } else if (function.matches()) {
        return "Simple has no function %s.%s"
            .formatted(function.group(1), Nearest.hint(function.group(1), FUNCTIONS));
      } else if (message.contains("Double && marker found")) {
        return "inside a value of a URI, & has to be in RAW(…), as script=RAW(a && b); in parameters of YAML it can stand as it is.";
      } else if (options.matches()) {
        return "%s has no option %s.%s"
            .formatted(
                options.group(1),
                options.group(2),
                Nearest.hint(options.group(2), options(options.group(1))));
      }
    }
    return message(chain);
  }

  private static String message(List<Throwable> chain) {
    Throwable last = chain.get(chain.size() - 1);
    return last.getMessage() == null ? last.toString() : last.getMessage();
  }

  private static String unknown(String kind, String name) {
    return "there is no %s %s.%s"
        .formatted(
            kind.equals("dataformat") ? "data format" : kind,
            name,
            Nearest.hint(name, available(kind)));
  }

  private static String choice(String type, String word) {
    try {
      List<String> known =
          Stream.of(Class.forName(type).getEnumConstants()).map(Object::toString).sorted().toList();
      return "%s It can be %s.".formatted(Nearest.hint(word, known), String.join(", ", known));
    } catch (ClassNotFoundException e) {
      return "";
    }
  }

  private Collection<String> beans(String type) {
    try {
      Class<?> wanted = type == null ? Object.class : Class.forName(type);
      return camel.getCamelContext().getRegistry().findByTypeWithName(wanted).keySet();
    } catch (ClassNotFoundException e) {
      return List.of();
    }
  }

  private Collection<String> properties() {
    Set<String> names = new TreeSet<>();
    Properties all = camel.getCamelContext().getPropertiesComponent().loadProperties();
    names.addAll(all.stringPropertyNames());
    return names;
  }

  private Collection<String> options(String component) {
    return camel
        .getCamelContext()
        .getCamelContextExtension()
        .getEndpointUriFactory(component)
        .propertyNames();
  }

  /** Every Camel jar on the class path lists its own. */
  private static Collection<String> available(String kind) {
    Set<String> names = new TreeSet<>();
    try {
      ClassLoader loader = RouteMistakes.class.getClassLoader();
      String file = "META-INF/services/org/apache/camel/" + kind + ".properties";
      for (URL url : Collections.list(loader.getResources(file))) {
        Properties listed = new Properties();
        try (InputStream in = url.openStream()) {
          listed.load(in);
        }
        String key = kind.equals("dataformat") ? "dataFormats" : kind + "s";
        names.addAll(List.of(listed.getProperty(key, "").split("\\s+")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
