package dev.caravanserai.server;

import dev.caravanserai.component.kamelet.StepException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.LineNumberAware;
import org.apache.camel.main.Main;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Describes a mistake in a route by one message in place of Camel's chain of exceptions: the route,
 * if Camel names it, the file, the line and the {@link MistakeReason}.
 */
final class RouteMistakes {
  private static final Logger LOG = LoggerFactory.getLogger(RouteMistakes.class);

  /** What a message quotes from a file, which is the better place than a step near it. */
  private static final Pattern QUOTED =
      Pattern.compile(
          "(?s)(?:.*No enum constant [\\w.$]+\\.|java.lang.ClassNotFoundException: |.*Error creating bean: .* of type: #class:|[\\w.]+: (?=\\S+ cannot be (?:read|used): ))(\\S+(?= cannot be )|[\\w.$]+).*");

  private static final Pattern COMPILER =
      Pattern.compile("(?s).*Compilation error:\\s*/?(\\S+\\.java):(\\d+): .*");

  private static final Pattern RESOURCE =
      Pattern.compile(
          "(?s).*(?:Resource is empty|Unable to parse resource|Error pre-parsing resource): (file:.+?)\\s*");

  private final Main camel;
  private final RouteFiles files;
  private final EndpointOptions options;

  RouteMistakes(Main camel, RouteFiles files, EndpointOptions options) {
    this.camel = camel;
    this.files = files;
    this.options = options;
  }

  /** The message for an exception that Camel threw while it read or created the routes. */
  RoutesException of(Throwable thrown) {
    LOG.debug("Camel's exception", thrown);
    List<Throwable> chain =
        Stream.iterate(thrown, e -> e != null, Throwable::getCause).limit(30).toList();
    return last(chain, RoutesException.class)
        .orElseGet(
            () ->
                new RoutesException(
                    "%s cannot run: %s\nCorrect that and start again: nothing was started."
                        .formatted(
                            subject(chain),
                            new MistakeReason(camel.getCamelContext(), options).of(chain).strip()),
                    thrown));
  }

  /** The route and the place; for a mistake in a Kamelet, that of each step down to it. */
  private String subject(List<Throwable> chain) {
    Optional<RouteDefinition> route =
        last(chain, FailedToCreateRouteException.class)
            .map(FailedToCreateRouteException::getRouteId)
            .or(
                () ->
                    last(chain, FailedToStartRouteException.class)
                        .map(FailedToStartRouteException::getRouteId))
            .map(id -> model().getRouteDefinition(id));
    Optional<LineNumberAware> step = last(chain, StepException.class).map(StepException::step);
    String kamelets = "";
    while (route.filter(found -> found.isKamelet() != null).isPresent()) {
      RouteDefinition kamelet = route.get();
      kamelets = " by " + StepException.place(step.orElseGet(kamelet::getInput)) + kamelets;
      Map<String, Object> parameters = kamelet.getTemplateParameters();
      step = parent(parameters, "parentProcessorId").map(model()::getProcessorDefinition);
      route = parent(parameters, "parentRouteId").map(model()::getRouteDefinition);
    }
    Optional<LineNumberAware> near = step.isPresent() ? step : route.map(RouteDefinition::getInput);
    return route.map(found -> "Route " + found.getId()).orElse("The routes")
        + place(chain, near).map(found -> " in " + found).orElse("")
        + kamelets;
  }

  private Optional<String> place(List<Throwable> chain, Optional<LineNumberAware> near) {
    Optional<String> file = near.map(LineNumberAware::getLocation);
    return last(chain, MarkedYamlEngineException.class)
        .flatMap(YamlMistake::of)
        .map(YamlMistake::place)
        .or(() -> javaLine(chain))
        .or(
            () ->
                messages(chain, COMPILER)
                    .flatMap(at -> files.line(at.group(1), Integer.parseInt(at.group(2))).stream())
                    .findFirst())
        .or(
            () ->
                messages(chain, QUOTED)
                    .map(quoted -> Pattern.compile(Pattern.quote(quoted.group(1))))
                    .flatMap(word -> files.find(file, word).stream())
                    .findFirst())
        .or(
            () ->
                messages(chain, MistakeReason.UNQUOTED)
                    .flatMap(found -> files.find(file, MistakeReason.PLACEHOLDER).stream())
                    .findFirst())
        .or(() -> near.map(StepException::place))
        .or(() -> messages(chain, RESOURCE).map(found -> found.group(1)).findFirst());
  }

  /** Where a route in Java threw. */
  private Optional<String> javaLine(List<Throwable> chain) {
    return chain.stream()
        .flatMap(e -> Stream.of(e.getStackTrace()))
        .filter(frame -> frame.getFileName() != null && frame.getModuleName() == null)
        .flatMap(frame -> files.line(frame.getFileName(), frame.getLineNumber()).stream())
        .findFirst();
  }

  private static Stream<MatchResult> messages(List<Throwable> chain, Pattern pattern) {
    return chain.stream()
        .map(Throwable::toString)
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(Matcher::toMatchResult);
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
}
