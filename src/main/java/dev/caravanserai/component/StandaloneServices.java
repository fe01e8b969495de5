package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.NamespaceWatches;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsReader;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The services in an application that has only the jar: on the cluster of the application's own
 * client, else of the pod it runs in or of the kubeconfig, with the settings in the application's
 * properties.
 */
final class StandaloneServices implements AutoCloseable {
  private final Optional<KubernetesClient> ownClient;
  private final Cluster cluster;
  private final NamespaceWatches watches;
  private final PodServices services;

  private StandaloneServices(
      Optional<KubernetesClient> ownClient,
      Cluster cluster,
      NamespaceWatches watches,
      PodServices services) {
    this.ownClient = ownClient;
    this.cluster = cluster;
    this.watches = watches;
    this.services = services;
  }

  /**
   * Connects and waits until the namespace is watched, and for the first attempt to watch those of
   * profiles.
   *
   * @param given the application's own client, which is not closed here; empty to create one
   * @param namespace for profiles that name none; empty for the one that the settings name
   * @param properties of the application; those that begin with {@code caravanserai.} count
   */
  static StandaloneServices connect(
      Optional<KubernetesClient> given, Optional<String> namespace, Properties properties) {
    Map<String, String> environment = System.getenv();
    Settings settings = SettingsReader.of(properties, environment, System.getProperties());
    Optional<KubernetesClient> own =
        given.isPresent() ? Optional.empty() : Optional.of(client(settings, environment));
    KubernetesClient client = given.or(() -> own).orElseThrow();
    String chosen =
        namespace
            .or(() -> settings.get(Settings.CLUSTER_NAMESPACE))
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElse("default");
    String name = settings.get(Settings.CLUSTER_NAME).orElse("api");
    Cluster cluster = new ApiCluster(name, client, chosen, settings.get(Settings.CLUSTER_QUEUE));
    NamespaceWatches watches = new NamespaceWatches(cluster, unchecked -> {});
    try {
      Profiles profiles =
          Profiles.load(Optional.of(settings.get(Settings.PROFILE_FOLDER)), environment);
      watches.begin(profiles.namespaces());
      return new StandaloneServices(
          own, cluster, watches, PodServices.of(cluster, profiles, Contract.load(), settings));
    } catch (RuntimeException e) {
      watches.close();
      cluster.close();
      own.ifPresent(KubernetesClient::close);
      throw e;
    }
  }

  private static KubernetesClient client(Settings settings, Map<String, String> environment) {
    return new ApiConnection(
            settings.get(Settings.CLUSTER_KUBECONFIG), settings.get(Settings.CLUSTER_CONTEXT))
        .connect(environment);
  }

  PodServices services() {
    return services;
  }

  @Override
  public void close() {
    watches.close();
    services.close();
    cluster.close();
    ownClient.ifPresent(KubernetesClient::close);
  }
}
