package dev.caravanserai.component.kamelet;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultRoutesLoader;
import org.apache.camel.spi.ContextServicePlugin;
import org.apache.camel.spi.ProcessorFactory;

/**
 * Installs, in every Camel context that has the jar on its class path, what passes the parameters
 * of session Kamelets on byte for byte.
 */
public final class KameletPlugin implements ContextServicePlugin {
  private static final String LOADER = DefaultRoutesLoader.ROUTES_LOADER_KEY_PREFIX;

  @Override
  public void load(CamelContext context) {
    if (context.getRegistry().lookupByName(LOADER + "kamelet.yaml") != null) {
      return; // already installed
    }
    context.getRegistry().bind(LOADER + "yaml", new SessionYamlLoader());
    context.getRegistry().bind(LOADER + "camel.yaml", new SessionYamlLoader());
    context.getRegistry().bind(LOADER + "kamelet.yaml", new SessionKameletLoader());
    ParameterText texts = new ParameterText(context);
    context.getPropertiesComponent().addPropertiesFunction(texts);
    context.addLifecycleStrategy(new KameletParameters(context, texts));
    context.getCamelContextExtension().addContextPlugin(ProcessorFactory.class, new StepFactory());
  }
}
