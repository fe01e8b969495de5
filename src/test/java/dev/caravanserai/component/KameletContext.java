package dev.caravanserai.component;

import dev.caravanserai.contract.Contract;
import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * A Camel context with the component {@code pod:} on a cluster in memory, and with the Kamelets.
 */
final class KameletContext implements AutoCloseable {
  private final CamelContext context = new DefaultCamelContext();
  private final MemoryCluster cluster = new MemoryCluster();
  private final PodServices services;

  KameletContext() {
    this(Settings.of(Map.of()));
  }

  KameletContext(Settings settings) {
    services = PodServices.of(cluster, Profiles.shipped(), Contract.load(), settings);
    PodComponent pod = new PodComponent();
    pod.setServices(services);
    context.addComponent("pod", pod);
    context.getComponent("kamelet", KameletComponent.class).setLocation("file:kamelets");
  }

  CamelContext camel() {
    return context;
  }

  PodServices services() {
    return services;
  }

  MemoryCluster cluster() {
    return cluster;
  }

  /** Adds the routes of a YAML file. */
  void add(String file, String yaml) throws Exception {
    PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString(file, yaml));
  }

  @Override
  public void close() {
    context.stop();
    services.close();
  }
}
