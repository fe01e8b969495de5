package dev.caravanserai.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ExpressionIllegalSyntaxException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.EndpointHelper;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** What is wrong with a route, with the nearest right word: Camel's message in plain words. */
final class MistakeReason {
  /** A placeholder without quotes, which YAML reads as a mapping. */
  static final Pattern PLACEHOLDER = Pattern.compile("[:-]\\s+\\{\\{");

  static final Pattern UNQUOTED = Pattern.compile("(?s).*Non scalar key is detected.*");

  /** An OpenAPI file that cannot be served. */
  static final Pattern SPECIFICATION = Pattern.compile("(?s)(\\S+) cannot be (?:read|used): .*");

  /** Exceptions that a route is likely to catch. */
  private static final List<String> EXCEPTIONS =
      List.of(
          FailureException.class.getName(),
          ExecFailedException.class.getName(),
          Exception.class.getName());

  private static final String NO_FUNCTION = "Unknown function: ";

  private record Rule(Pattern message, Function<MatchResult, String> reason) {
    Rule(String message, Function<MatchResult, String> reason) {
      this(Pattern.compile("(?s)" + message), reason);
    }

    Optional<String> of(Throwable thrown) {
      Matcher matcher = message.matcher(String.valueOf(thrown.getMessage()));
      return matcher.matches() ? Optional.of(reason.apply(matcher)) : Optional.empty();
    }
  }

  private final CamelContext context;
  private final EndpointOptions endpoints;
  private final List<Rule> rules =
      List.of(
          new Rule(
              UNQUOTED.pattern(),
              found -> "a key has to be text; a value that begins with {{ has to be in quotes."),
          new Rule(
              "Unsupported definition: null",
              found -> "an expression is missing, such as simple, constant or jq."),
          new Rule(
              "(\\w+) must be specified (?:and not empty )?on: .*",
              found -> found.group(1) + " is missing."),
          new Rule(SPECIFICATION.pattern(), MatchResult::group),
          new Rule(
              ".*No enum constant ([\\w.$]+)\\.(\\w+).*",
              found -> unknown("", found.group(2), constants(found.group(1)), true)),
          new Rule(
              "Enum class class ([\\w.$]+) does not have any constant with value: (\\w+)",
              found -> unknown("", found.group(2), constants(found.group(1)), true)),
          new Rule(
              "No bean could be found in the registry for: (\\S+)(?: of type: (\\S+))?.*",
              found -> unknown("bean ", found.group(1), beans(found.group(2)), false)),
          new Rule(
              "No endpoint could be found for: ([^:,?/]+).*",
              found ->
                  unknown("component ", found.group(1), available("component"), false)
                      + " One of Camel that this server lacks needs the artifact org.apache.camel:camel-%s in pom.xml, as a rule."
                          .formatted(found.group(1))),
          new Rule(
              "(?:Failed to start route: (\\S+) )?.*Multiple consumers for the same endpoint is not allowed: (\\S+)",
              found ->
                  "%s begins at %s too: give each a path or name of its own."
                      .formatted(otherFrom(found.group(2), found.group(1)), found.group(2))),
          new Rule(
              "No language could be found for: (\\S+).*",
              found -> unknown("language ", found.group(1), available("language"), false)),
          new Rule(
              "(?:Data format '|Cannot find data format in registry with ref: )([\\w-]+).*",
              found -> unknown("data format ", found.group(1), available("dataformat"), false)),
          new Rule(
              "(?:Resource is empty|Unable to parse resource): .*",
              found -> "it holds no route: " + YamlMistake.LIST),
          new Rule(
              "Property with key \\[([^]]+)] not found.*",
              found ->
                  unknown("property ", found.group(1), properties(), false)
                      + " For the text itself write \\{{ in parameters of a session Kamelet."),
          new Rule(
              NO_FUNCTION + "(\\w+).*",
              found ->
                  "Simple has no function %s.%s"
                      .formatted(found.group(1), Nearest.hint(found.group(1), functions()))),
          new Rule(
              "Compilation error:.*?\\.java:\\d+: (?:error: )?(.*)",
              found -> "it does not compile: " + found.group(1)),
          new Rule(
              ".*Double && marker found.*",
              found ->
                  "inside a value of a URI, & has to be in RAW(…), as script=RAW(a && b); in parameters of YAML it can stand as it is."),
          new Rule(
              ".*endpoint: ([\\w-]+):.*Unknown parameters=\\[\\{([^=]+)=.*",
              found ->
                  "%s has no option %s.%s"
                      .formatted(
                          found.group(1),
                          found.group(2),
                          Nearest.hint(found.group(2), options(found.group(1))))));

  MistakeReason(CamelContext context, EndpointOptions endpoints) {
    this.context = context;
    this.endpoints = endpoints;
  }

  /**
   * @param chain an exception and its causes
   */
  String of(List<Throwable> chain) {
    return chain.stream().flatMap(e -> of(e).stream()).findFirst().orElseGet(() -> last(chain));
  }

  private Optional<String> of(Throwable thrown) {
    if (thrown instanceof MarkedYamlEngineException yaml && yaml.getProblemMark().isPresent()) {
      return YamlMistake.of(yaml).map(YamlMistake::reason);
    } else if (thrown instanceof SimpleIllegalSyntaxException wrong
        && !wrong.getShortMessage().startsWith(NO_FUNCTION)) {
      return Optional.of(
          "Simple cannot read \"%s\" at character %d: %s."
              .formatted(
                  wrong.getExpression(),
                  wrong.getIndex() + 1,
                  wrong
                      .getShortMessage()
                      .replace("symbol functionEnd but was eol", "} before its end")));
    } else if (thrown instanceof StackOverflowError) {
      return Optional.of("they are nested without end: does a Kamelet use itself?");
    } else if (thrown instanceof ClassNotFoundException) {
      return Optional.of(unknown("class ", thrown.getMessage(), EXCEPTIONS, false));
    } else if (thrown instanceof PropertyBindingException wrong) {
      return Optional.of(
          wrong.getTarget() instanceof Endpoint endpoint
              ? endpoints.wrong(
                  context, endpoint.getEndpointUri(), wrong.getPropertyName(), wrong.getValue())
              : "%s cannot be \"%s\".".formatted(wrong.getPropertyName(), wrong.getValue()));
    } else if (thrown instanceof ResolveEndpointFailedException wrong
        && wrong.getCause() instanceof TypeConversionException value) {
      return Optional.of(endpoints.wrong(context, wrong.getUri(), value.getValue()));
    } else if (thrown instanceof ExpressionIllegalSyntaxException wrong
        && wrong.getCause() != null) {
      return Optional.of(
          "the expression \"%s\" has a mistake: %s"
              .formatted(wrong.getExpression(), last(List.of(innermost(wrong)))));
    }
    return rules.stream().flatMap(rule -> rule.of(thrown).stream()).findFirst();
  }

  private static Throwable innermost(Throwable thrown) {
    return thrown.getCause() == null ? thrown : innermost(thrown.getCause());
  }

  /** Of the innermost exception, the first sentence of a parser's message. */
  private static String last(List<Throwable> chain) {
    Throwable last = chain.get(chain.size() - 1);
    boolean described =
        last.getMessage() != null
            && (last instanceof IllegalArgumentException
                || last instanceof IllegalStateException
                || !last.getClass().getPackageName().equals("java.lang"));
    return (described ? last.getMessage() : last.toString())
        .replaceFirst("(?s)\\s*Was expecting one of:.*", "");
  }

  private static String unknown(String kind, String word, Collection<String> known, boolean all) {
    return "there is no %s%s.%s%s"
        .formatted(
            kind,
            word,
            Nearest.hint(word, known),
            all && !known.isEmpty() ? " It can be %s.".formatted(String.join(", ", known)) : "");
  }

  private static Collection<String> constants(String type) {
    try {
      return Stream.of(Class.forName(type).getEnumConstants())
          .map(Object::toString)
          .sorted()
          .toList();
    } catch (ClassNotFoundException e) {
      return List.of();
    }
  }

  private Collection<String> beans(String type) {
    try {
      Class<?> wanted = type == null ? Object.class : Class.forName(type);
      return context.getRegistry().findByTypeWithName(wanted).keySet();
    } catch (ClassNotFoundException e) {
      return List.of();
    }
  }

  /** A route that begins at an endpoint and is not the failed one, with its place. */
  private String otherFrom(String endpoint, String failed) {
    return ((ModelCamelContext) context)
        .getRouteDefinitions().stream()
            .filter(route -> !route.getId().equals(failed))
            .filter(
                route ->
                    EndpointHelper.normalizeEndpointUri(route.getInput().getEndpointUri())
                        .equals(endpoint))
            .map(
                route ->
                    "route %s (%s)".formatted(route.getId(), StepException.place(route.getInput())))
            .findFirst()
            .orElse("another route");
  }

  private Collection<String> properties() {
    return new TreeSet<>(context.getPropertiesComponent().loadProperties().stringPropertyNames());
  }

  private Collection<String> options(String component) {
    return context.getCamelContextExtension().getEndpointUriFactory(component).propertyNames();
  }

  private static Collection<String> functions() {
    Set<String> names = new TreeSet<>();
    try (InputStream in =
        MistakeReason.class.getResourceAsStream(
            "/META-INF/org/apache/camel/language/simple/simple.json")) {
      JsonNode functions = new ObjectMapper().readTree(in).path("functions");
      functions.fieldNames().forEachRemaining(name -> names.add(name.replaceFirst("\\W.*", "")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  /** Every Camel jar on the class path lists its own. */
  private static Collection<String> available(String kind) {
    Set<String> names = new TreeSet<>();
    try {
      ClassLoader loader = MistakeReason.class.getClassLoader();
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
