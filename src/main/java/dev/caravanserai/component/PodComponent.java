package dev.caravanserai.component;

import dev.caravanserai.component.kamelet.OpaqueText;
import dev.caravanserai.component.metrics.Meters;
import dev.caravanserai.life.Lifecycle;
import dev.caravanserai.session.Nearest;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/**
 * Sessions for routes. Takes its {@link PodServices} from the registry, or creates them from the
 * application's properties.
 */
@Component("pod")
public class PodComponent extends DefaultComponent {
  @Metadata(
      label = "advanced",
      autowired = true,
      description =
          "What it works with. Where the registry holds none, one is made of the application's"
              + " properties caravanserai.* with the defaults of the server: the cluster of the"
              + " kubernetesClient, else of the pod it runs in or of the kubeconfig, and the"
              + " profiles on the class path.")
  private PodServices services;

  @Metadata(
      label = "advanced",
      autowired = true,
      description =
          "The application's own client, where the component makes its own services; it is used in"
              + " place of the settings caravanserai.cluster.kubeconfig and"
              + " caravanserai.cluster.context. The application closes it.")
  private KubernetesClient kubernetesClient;

  @Metadata(
      description =
          "Namespace for profiles that name none, where the component makes its own services; that"
              + " of the kubeconfig's context if empty.")
  private String namespace;

  private StandaloneServices own;
  private Lifecycle life;
  private Meters meters;

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    PodEndpoint endpoint = new PodEndpoint(uri, this, operation(remaining));
    parameters.entrySet().removeIf(parameter -> setExactly(endpoint, parameter));
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** Sets what Camel would interpret, such as text that begins with {@code #}. */
  private boolean setExactly(PodEndpoint endpoint, Map.Entry<String, Object> parameter) {
    if (parameter.getValue() instanceof String text && OpaqueText.isExact(text)) {
      String exact = OpaqueText.of(getCamelContext()).readExact(text);
      return getEndpointPropertyConfigurer()
          .configure(getCamelContext(), endpoint, parameter.getKey(), exact, true);
    }
    return false;
  }

  private static Operation operation(String name) {
    List<String> known = Stream.of(Operation.values()).map(Operation::name).toList();
    if (!known.contains(name)) {
      throw new IllegalArgumentException(
          "pod: has no operation %s.%s It has %s."
              .formatted(name, Nearest.hint(name, known), String.join(", ", known)));
    }
    return Operation.valueOf(name);
  }

  @Override
  protected void doInit() throws Exception {
    super.doInit();
    if (services == null) {
      own =
          StandaloneServices.connect(
              Optional.ofNullable(kubernetesClient),
              Optional.ofNullable(namespace),
              getCamelContext()
                  .getPropertiesComponent()
                  .loadProperties(key -> key.startsWith("caravanserai.")));
      services = own.services();
    }
    getCamelContext()
        .getTypeConverterRegistry()
        .addFallbackTypeConverter(new LogStreamConverter(), false);
    life = new Lifecycle(services.cluster(), services.lifeLimits(), services.timer());
    Optional.ofNullable(HealthCheckRegistry.get(getCamelContext()))
        .ifPresent(registry -> registry.register(new ClusterHealthCheck(services.cluster())));
    meters =
        Meters.bind(
            services.cluster(),
            () -> services.execs().running(),
            Optional.ofNullable(
                getCamelContext().getRegistry().findSingleByType(MeterRegistry.class)));
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    if (meters != null) {
      meters.close();
      life.close();
    }
    if (own != null) {
      own.close();
    }
  }

  public PodServices getServices() {
    return services;
  }

  public void setServices(PodServices services) {
    this.services = services;
  }

  public KubernetesClient getKubernetesClient() {
    return kubernetesClient;
  }

  public void setKubernetesClient(KubernetesClient kubernetesClient) {
    this.kubernetesClient = kubernetesClient;
  }

  public String getNamespace() {
    return namespace;
  }

  public void setNamespace(String namespace) {
    this.namespace = namespace;
  }

  Lifecycle life() {
    return life;
  }

  Meters meters() {
    return meters;
  }
}
