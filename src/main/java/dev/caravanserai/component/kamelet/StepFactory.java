package dev.caravanserai.component.kamelet;

import java.util.stream.Stream;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.KameletDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.reifier.ProcessorReifier;
import org.apache.camel.support.LanguageSupport;

/**
 * Creates the steps of routes. A session Kamelet is always called by a fixed URI, and evaluates the
 * expressions in its properties for each message. So no data of a message becomes part of a URI,
 * where Camel would evaluate it again and create an endpoint for each value.
 */
final class StepFactory extends DefaultProcessorFactory {
  /** Camel would resolve placeholders in the data, and take more parameters from it. */
  static final String DATA_IN_URI =
      "a parameter for a Kamelet of your own cannot have an expression in toD or wireTap, since what it evaluates to would become part of a URI: set it as the body, a header or a variable in a step before, or use to if the Kamelet evaluates it.";

  @Override
  public Processor createProcessor(Route route, NamedNode step) throws Exception {
    if (!(step instanceof ProcessorDefinition<?> definition)) {
      return super.createProcessor(route, step);
    }
    try {
      checkLines(definition);
      checkData(definition);
      ProcessorDefinition<?> called = called(definition);
      Processor special = super.createProcessor(route, called);
      return special == null ? ProcessorReifier.reifier(route, called).createProcessor() : special;
    } catch (StepException e) {
      throw e; // of a step within this one
    } catch (Exception e) {
      throw new StepException(definition, e);
    }
  }

  /** Camel joins the lines of a URI: a comment of a script would swallow the next line. */
  private static void checkLines(ProcessorDefinition<?> step) {
    if (step instanceof EndpointRequiredDefinition to
        && to.getEndpointUri() != null
        && SessionKamelets.isKamelet(to.getEndpointUri())
        && valueOfSeveralLines(to.getEndpointUri())) {
      throw new IllegalArgumentException(
          "a value in a URI cannot have several lines. In YAML write it in parameters; in Java use a"
              + " property, script=RAW({{my.script}}), or a request as the body.");
    }
  }

  private static void checkData(ProcessorDefinition<?> step) {
    if (step instanceof ToDynamicDefinition to
        && SessionKamelets.isKamelet(to.getUri())
        && !SessionKamelets.isUri(to.getUri())
        && !"false".equals(step instanceof WireTapDefinition<?> tap ? tap.getDynamicUri() : null)
        && LanguageSupport.hasSimpleFunction(to.getUri().replaceFirst("^[^?]*", ""))) {
      throw new IllegalArgumentException(DATA_IN_URI);
    }
  }

  /** Line breaks around options are of no matter. */
  private static boolean valueOfSeveralLines(String uri) {
    String options = uri.substring(uri.indexOf('=') + 1);
    return Stream.of(options.split("&"))
        .map(option -> option.substring(option.indexOf('=') + 1).strip())
        .anyMatch(value -> value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0);
  }

  private static ProcessorDefinition<?> called(ProcessorDefinition<?> step) {
    if (step instanceof WireTapDefinition<?> tap && SessionKamelets.isUri(tap.getUri())) {
      tap.setDynamicUri("false");
    } else if (step instanceof ToDynamicDefinition dynamic
        && SessionKamelets.isUri(dynamic.getUri())) {
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
