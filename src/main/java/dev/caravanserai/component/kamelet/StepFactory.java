package dev.caravanserai.component.kamelet;

import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.KameletDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.reifier.ProcessorReifier;
import org.apache.camel.support.LanguageSupport;
import org.apache.camel.util.StringHelper;

/**
 * Creates the steps of routes. A session Kamelet is always called by a fixed URI, and evaluates the
 * expressions in its properties for each message. So no data of a message becomes part of a URI,
 * where Camel would evaluate it again and create an endpoint for each value.
 */
final class StepFactory extends DefaultProcessorFactory {
  /** Camel would resolve placeholders in the data, and take more parameters from it. */
  static final String DATA_IN_URI =
      "the name and the parameters of a Kamelet cannot have an expression here, since what it evaluates to would become part of a URI: set it as the body, a header or a variable in a step before, or call the Kamelet by to if it evaluates the parameter itself.";

  private final KameletUses uses = new KameletUses();

  @Override
  public Processor createProcessor(Route route, NamedNode step) throws Exception {
    if (!(step instanceof ProcessorDefinition<?> definition)) {
      return super.createProcessor(route, step);
    }
    ExtendedCamelContext camel = route.getCamelContext().getCamelContextExtension();
    camel.createRoute(route.getRouteId());
    try {
      checkLines(definition);
      checkData(route.getCamelContext(), definition);
      uses.check(route, definition);
      ProcessorDefinition<?> called = called(route.getCamelContext(), definition);
      Processor special = super.createProcessor(route, called);
      return special == null ? ProcessorReifier.reifier(route, called).createProcessor() : special;
    } catch (StepException e) {
      throw e; // of a step within this one
    } catch (Exception e) {
      throw new StepException(definition, e);
    } finally {
      camel.createRoute(route.getRouteId()); // Camel 4.17 keeps that of a Kamelet of this step
    }
  }

  /** Camel joins the lines of a URI: a comment of a script would swallow the next line. */
  private static void checkLines(ProcessorDefinition<?> step) {
    if (StepUris.asWritten(step)
        .filter(SessionKamelets::isKamelet)
        .anyMatch(StepFactory::valueOfSeveralLines)) {
      throw new IllegalArgumentException(
          "a value in a URI cannot have several lines. In YAML write it in parameters; in Java use a"
              + " property, script=RAW({{my.script}}), or a request as the body.");
    }
  }

  private static void checkData(CamelContext context, ProcessorDefinition<?> step) {
    if (evaluatesUri(step)
        && StepUris.of(context, step)
            .filter(SessionKamelets::isKamelet)
            .filter(uri -> !(step instanceof ToDynamicDefinition) || !SessionKamelets.isUri(uri))
            .anyMatch(LanguageSupport::hasSimpleFunction)) {
      throw new IllegalArgumentException(DATA_IN_URI);
    }
  }

  /** Whether Camel evaluates expressions in the URIs of the step. */
  private static boolean evaluatesUri(ProcessorDefinition<?> step) {
    if (step instanceof WireTapDefinition<?> tap) {
      return !"false".equals(tap.getDynamicUri());
    }
    return step instanceof ToDynamicDefinition
        || step instanceof ExpressionNode node
            && node.getExpression() != null
            && !"constant".equals(node.getExpression().getLanguage());
  }

  /** Ignores line breaks around options. */
  private static boolean valueOfSeveralLines(String uri) {
    String options = uri.substring(uri.indexOf('=') + 1);
    return Stream.of(options.split("&"))
        .map(option -> option.substring(option.indexOf('=') + 1).strip())
        .anyMatch(value -> value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0);
  }

  private static ProcessorDefinition<?> called(CamelContext context, ProcessorDefinition<?> step) {
    if (step instanceof KameletDefinition kamelet) {
      StringHelper.notEmpty(kamelet.getName(), "name", kamelet);
    }
    boolean session = StepUris.of(context, step).anyMatch(SessionKamelets::isUri);
    if (session && step instanceof WireTapDefinition<?> tap) {
      tap.setDynamicUri("false");
    } else if (session && step instanceof ToDynamicDefinition dynamic) {
      ToDefinition fixed = to(dynamic.getUri(), dynamic);
      fixed.setPattern(dynamic.getPattern());
      fixed.setVariableSend(dynamic.getVariableSend());
      fixed.setVariableReceive(dynamic.getVariableReceive());
      return fixed;
    } else if (step instanceof KameletDefinition kamelet && kamelet.getOutputs().isEmpty()) {
      // Camel 4.17 never starts the Kamelet of this step where the step is inside another Kamelet
      return to("kamelet:" + kamelet.getName(), kamelet);
    }
    return step;
  }

  private static ToDefinition to(String uri, ProcessorDefinition<?> step) {
    ToDefinition to = new ToDefinition(uri);
    to.setParent(step.getParent());
    to.setId(step.getId());
    to.setLocation(step.getLocation());
    to.setLineNumber(step.getLineNumber());
    return to;
  }
}
