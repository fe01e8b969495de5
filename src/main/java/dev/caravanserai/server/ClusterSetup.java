package dev.caravanserai.server;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.NamespaceWatches;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.cluster.api.AccessCheck;
import dev.caravanserai.cluster.api.AccessReport;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.component.PodServices;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.local.LocalCluster;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.ClusterKind;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configured cluster and the services on it. {@link #connect} creates it without a request to
 * the cluster; {@link #ready} waits until it can be used.
 */
final class ClusterSetup implements AutoCloseable {
  private static final String NAMESPACE = "default";
  private static final Logger LOG = LoggerFactory.getLogger(ClusterSetup.class);

  private final Optional<LocalCluster> local;
  private final KubernetesClient client;
  private final PodServices services;
  private final Profiles profiles;
  private final Set<String> namespaces;
  private final NamespaceWatches watches;
  private final ExecutorService accessCheck = Timers.threads("access-check");

  private ClusterSetup(
      Optional<LocalCluster> local,
      KubernetesClient client,
      PodServices services,
      Profiles profiles,
      Set<String> namespaces) {
    this.local = local;
    this.client = client;
    this.services = services;
    this.profiles = profiles;
    this.namespaces = namespaces;
    this.watches = new NamespaceWatches(services.cluster(), this::checkAccess);
  }

  /**
   * Starts the local cluster, if that is configured, and creates the client. Sends no request yet.
   *
   * @param contract may complete later
   * @throws FailureException CONFIG_ERROR if a profile is invalid or no credentials are found
   */
  static ClusterSetup connect(Settings settings, CompletableFuture<Contract> contract) {
    Map<String, String> environment = System.getenv();
    Profiles profiles =
        Profiles.load(Optional.of(settings.get(Settings.PROFILE_FOLDER)), environment);
    Set<String> namespaces = new TreeSet<>(profiles.namespaces());
    Optional<LocalCluster> local =
        settings.get(Settings.CLUSTER_KIND) == ClusterKind.LOCAL
            ? Optional.of(local(settings, namespaces))
            : Optional.empty();
    try {
      KubernetesClient client =
          new ApiConnection(
                  local
                      .map(LocalCluster::kubeconfig)
                      .or(() -> settings.get(Settings.CLUSTER_KUBECONFIG)),
                  settings.get(Settings.CLUSTER_CONTEXT).filter(context -> local.isEmpty()))
              .connect(environment);
      String namespace =
          settings
              .get(Settings.CLUSTER_NAMESPACE)
              .or(() -> Optional.ofNullable(client.getNamespace()).filter(n -> local.isEmpty()))
              .orElse(NAMESPACE);
      Cluster cluster =
          new ApiCluster(
              settings.clusterName(), client, namespace, settings.get(Settings.CLUSTER_QUEUE));
      PodServices services = PodServices.of(cluster, profiles, contract.join(), settings);
      return new ClusterSetup(local, client, services, profiles, namespaces);
    } catch (RuntimeException | Error e) {
      local.ifPresent(LocalCluster::close);
      throw e;
    }
  }

  private static LocalCluster local(Settings settings, Set<String> profileNamespaces) {
    Set<String> namespaces = new TreeSet<>(profileNamespaces);
    namespaces.add(settings.get(Settings.CLUSTER_NAMESPACE).orElse(NAMESPACE));
    try {
      Path home = settings.get(Settings.HOME);
      Set<Path> secrets = new HashSet<>(Set.of(home));
      settings.get(Settings.API_KEYS_FILE).ifPresent(secrets::add);
      settings.get(Settings.CLUSTER_KUBECONFIG).ifPresent(secrets::add);
      return LocalCluster.start(0, home.resolve("local"), namespaces, secrets);
    } catch (IOException e) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "The local cluster cannot start: %s. %s must be a folder that this server can write to."
              .formatted(e.getMessage(), Settings.HOME.key()));
    }
  }

  PodServices services() {
    return services;
  }

  KubernetesClient client() {
    return client;
  }

  Cluster cluster() {
    return services.cluster();
  }

  /**
   * Checks permissions and waits until the initial state of the cluster is loaded.
   *
   * @throws FailureException FORBIDDEN, listing every missing permission; CLUSTER_UNREACHABLE
   */
  void ready() {
    Set<String> others = new TreeSet<>(namespaces);
    others.remove(cluster().namespace());
    if (local.isPresent()) {
      watches.begin(others);
      LOG.info(
          "cluster={} is the local cluster at {}: sessions run this machine's own programs,"
              + " whatever their image says",
          cluster().name(),
          local.get().url());
      return;
    }
    AccessReport report = check(cluster().namespace());
    if (!report.complete()) {
      throw FailureException.of(FailureCode.FORBIDDEN, report.describe());
    }
    watches.begin(others);
  }

  private void checkAccess(String namespace) {
    if (local.isEmpty()) {
      accessCheck.execute(() -> warnOfMissing(namespace));
    }
  }

  /** Missing permissions in a profile's own namespace disable that profile, not the server. */
  private void warnOfMissing(String namespace) {
    String problem = "";
    try {
      AccessReport report = check(namespace);
      if (!report.complete()) {
        problem = "permissions are missing. " + report.describe();
      }
    } catch (RuntimeException e) {
      problem = e.getMessage();
    }
    if (!problem.isEmpty() && !accessCheck.isShutdown()) {
      LOG.warn(
          "cluster={} namespace={}: starts with profiles that use this namespace fail, since {}",
          cluster().name(),
          namespace,
          problem);
    }
  }

  @Override
  public void close() {
    accessCheck.shutdownNow();
    watches.close();
    services.close();
    services.cluster().close();
    client.close();
    local.ifPresent(LocalCluster::close);
  }

  private AccessReport check(String namespace) {
    return new AccessCheck(client)
        .check(namespace, profiles.kinds(namespace, cluster().namespace()));
  }
}
