package dev.caravanserai;

import dev.caravanserai.component.PodComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ProcessorEndpoint;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.test.junit5.CamelTestSupport;

/**
 * Runs shipped routes and Kamelets with the operations of {@code pod:} replaced: each is recorded
 * in order, and does what the test says, by default nothing.
 */
abstract class RouteTest extends CamelTestSupport {
  /** What the routes show of a session. */
  public record Shown(
      String id,
      String tenant,
      String profile,
      String state,
      Optional<String> startedAt,
      String expiresAt) {
    static Shown of(String id) {
      return new Shown(
          id,
          "red",
          "default",
          "RUNNING",
          Optional.of("2026-01-01T00:00:00Z"),
          "2026-01-01T01:00:00Z");
    }

    Shown neverReady() {
      return new Shown(id, tenant, profile, state, Optional.empty(), expiresAt);
    }

    public String cluster() {
      return "inn";
    }
  }

  private final Map<String, Processor> behaviour = new ConcurrentHashMap<>();

  /** The operations that ran, in order. */
  final List<String> steps = new CopyOnWriteArrayList<>();

  /** A shipped file of routes. */
  abstract String file();

  @Override
  protected CamelContext createCamelContext() throws Exception {
    CamelContext camel = super.createCamelContext();
    camel.addComponent("pod", new Operations());
    KameletComponent kamelets = new KameletComponent();
    kamelets.setLocation("file:kamelets");
    camel.addComponent("kamelet", kamelets);
    camel.getPropertiesComponent().addInitialProperty("caravanserai.reaper.interval", "100ms");
    camel.getPropertiesComponent().addInitialProperty("caravanserai.reaper.orphan-interval", "30s");
    camel.getPropertiesComponent().addInitialProperty("caravanserai.cluster.warnings", "true");
    camel
        .getPropertiesComponent()
        .addInitialProperty("caravanserai.cluster.warnings-interval", "60s");
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(ResourceHelper.resolveResource(camel, "file:" + file()));
    return camel;
  }

  @Override
  public boolean isUseAdviceWith() {
    return true;
  }

  /** What an operation does, such as {@code await}. */
  void on(String operation, Processor processor) {
    behaviour.put(operation, processor);
  }

  private final class Operations extends PodComponent {
    @Override
    protected void doInit() {}

    @Override
    protected void doStop() {}

    @Override
    protected Endpoint createEndpoint(String uri, String operation, Map<String, Object> options) {
      options.clear();
      return new ProcessorEndpoint(uri, this, exchange -> run(operation, exchange));
    }

    private void run(String operation, Exchange exchange) throws Exception {
      steps.add(operation);
      behaviour.getOrDefault(operation, none -> {}).process(exchange);
    }
  }
}
