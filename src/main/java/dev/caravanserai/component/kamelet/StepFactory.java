package dev.caravanserai.component.kamelet;

import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.reifier.ProcessorReifier;

/**
 * Makes the steps of routes. A session Kamelet is always called by its fixed URI: its own
 * properties take the expressions, each for each message, so no data of a message becomes part of a
 * URI, where it would be evaluated again and make an endpoint for each value.
 */
final class StepFactory extends DefaultProcessorFactory {
  @Override
  public Processor createProcessor(Route route, NamedNode step) throws Exception {
    if (!(step instanceof ProcessorDefinition<?> definition)) {
      return super.createProcessor(route, step);
    }
    try {
      Processor special = super.createProcessor(route, step);
      return special == null ? reify(route, definition) : special;
    } catch (StepException e) {
      throw e; // of a step within this one
    } catch (Exception e) {
      throw new StepException(definition, e);
    }
  }

  private static Processor reify(Route route, ProcessorDefinition<?> step) throws Exception {
    if (step instanceof WireTapDefinition<?> tap && SessionKamelets.isUri(tap.getUri())) {
      tap.setDynamicUri("false");
    } else if (step instanceof ToDynamicDefinition dynamic
        && SessionKamelets.isUri(dynamic.getUri())) {
      return ProcessorReifier.reifier(route, fixed(dynamic)).createProcessor();
    }
    return ProcessorReifier.reifier(route, step).createProcessor();
  }

  private static ToDefinition fixed(ToDynamicDefinition dynamic) {
    ToDefinition fixed = new ToDefinition(dynamic.getUri());
    fixed.setParent(dynamic.getParent());
    fixed.setId(dynamic.getId());
    fixed.setPattern(dynamic.getPattern());
    fixed.setVariableSend(dynamic.getVariableSend());
    fixed.setVariableReceive(dynamic.getVariableReceive());
    fixed.setLocation(dynamic.getLocation());
    fixed.setLineNumber(dynamic.getLineNumber());
    return fixed;
  }
}
