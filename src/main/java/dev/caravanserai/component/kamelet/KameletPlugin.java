package dev.caravanserai.component.kamelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.contract.ApiJson;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jackson.JacksonDataFormat;
import org.apache.camel.impl.engine.DefaultRoutesLoader;
import org.apache.camel.spi.ContextServicePlugin;
import org.apache.camel.spi.DataFormatFactory;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.spi.TypeConverterRegistry;
import org.apache.camel.support.SimpleTypeConverter;

/**
 * Installs, in every Camel context that has the jar on its class path, what passes the parameters
 * of session Kamelets on byte for byte, writes their results as JSON, counts the memory of their
 * output and notes where exchanges began.
 */
public final class KameletPlugin implements ContextServicePlugin {
  private static final String LOADER = DefaultRoutesLoader.ROUTES_LOADER_KEY_PREFIX;

  @Override
  public void load(CamelContext context) {
    if (context.getRegistry().lookupByName(LOADER + "kamelet.yaml") != null) {
      return; // already installed
    }
    context.getCamelContextExtension().addContextPlugin(OpaqueText.class, new OpaqueText());
    context.getRegistry().bind(LOADER + "yaml", new SessionYamlLoader());
    context.getRegistry().bind(LOADER + "camel.yaml", new SessionYamlLoader());
    context.getRegistry().bind(LOADER + "kamelet.yaml", new SessionKameletLoader());
    ParameterText texts = new ParameterText(context);
    context.getPropertiesComponent().addPropertiesFunction(texts);
    context.addLifecycleStrategy(new KameletParameters(context, texts));
    context.addRoutePolicyFactory(RouteOrigin.policy());
    context.getCamelContextExtension().addInterceptStrategy(new StepOutput());
    context.getCamelContextExtension().addContextPlugin(ProcessorFactory.class, new StepFactory());
    writeJson(context);
    writeOutput(context);
  }

  /** One stream of an exec can be a whole body, as {@code ${body.stdout}}: its bytes as written. */
  private static void writeOutput(CamelContext context) {
    TypeConverterRegistry converters = context.getTypeConverterRegistry();
    converters.addTypeConverter(
        byte[].class,
        ExecResult.Output.class,
        new SimpleTypeConverter(
            false, (to, exchange, value) -> ((ExecResult.Output) value).bytes()));
    converters.addTypeConverter(
        InputStream.class,
        ExecResult.Output.class,
        new SimpleTypeConverter(
            false,
            (to, exchange, value) ->
                new ByteArrayInputStream(((ExecResult.Output) value).bytes())));
  }

  /** {@code marshal: json} and {@code jq} take the values that the Kamelets return. */
  private static void writeJson(CamelContext context) {
    ObjectMapper json = ApiJson.mapper();
    if (context.getRegistry().lookupByName("jackson") == null) {
      context
          .getRegistry()
          .bind("jackson", (DataFormatFactory) () -> new JacksonDataFormat(json, Object.class));
    }
    for (Class<?> type : List.of(Session.class, SessionPage.class, ExecResult.class)) {
      context
          .getTypeConverterRegistry()
          .addTypeConverter(
              JsonNode.class,
              type,
              new SimpleTypeConverter(false, (to, exchange, value) -> json.valueToTree(value)));
    }
  }
}
