package dev.caravanserai.server;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.api.AccessCheck;
import dev.caravanserai.cluster.api.AccessReport;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.local.LocalCluster;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.ClusterKind;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster that the settings ask for, checked and watched. */
final class ClusterSetup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterSetup.class);

  private final Cluster cluster;
  private final Optional<LocalCluster> local;

  private ClusterSetup(Cluster cluster, Optional<LocalCluster> local) {
    this.cluster = cluster;
    this.local = local;
  }

  static ClusterSetup start(Settings settings, Profiles profiles) {
    return settings.get(Settings.CLUSTER_KIND) == ClusterKind.LOCAL
        ? local(settings, profiles)
        : api(settings, profiles);
  }

  Cluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    cluster.close();
    local.ifPresent(LocalCluster::close);
  }

  private static ClusterSetup local(Settings settings, Profiles profiles) {
    String namespace = settings.get(Settings.CLUSTER_NAMESPACE).orElse("default");
    Set<String> namespaces = new TreeSet<>(profiles.namespaces(System.getenv()));
    namespaces.add(namespace);
    try {
      LocalCluster local =
          LocalCluster.start(0, settings.get(Settings.HOME).resolve("local"), namespaces);
      KubernetesClient client =
          new ApiConnection(Optional.of(local.kubeconfig()), Optional.empty())
              .connect(System.getenv());
      Cluster cluster = new ApiCluster(settings.clusterName(), client, namespace);
      namespaces.forEach(n -> watch(cluster, n));
      LOG.info(
          "cluster={} is the local cluster at {}: sessions run this machine's own programs,"
              + " whatever their image says",
          cluster.name(),
          local.url());
      return new ClusterSetup(cluster, Optional.of(local));
    } catch (IOException e) {
      throw new UncheckedIOException("The local cluster could not be started", e);
    }
  }

  private static ClusterSetup api(Settings settings, Profiles profiles) {
    KubernetesClient client =
        new ApiConnection(
                settings.get(Settings.CLUSTER_KUBECONFIG), settings.get(Settings.CLUSTER_CONTEXT))
            .connect(System.getenv());
    String namespace =
        settings
            .get(Settings.CLUSTER_NAMESPACE)
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElse("default");
    AccessReport report = new AccessCheck(client).check(namespace);
    if (!report.complete()) {
      client.close();
      throw FailureException.of(FailureCode.FORBIDDEN, report.describe());
    }
    Cluster cluster = new ApiCluster(settings.clusterName(), client, namespace);
    watch(cluster, namespace);
    Set<String> others = new TreeSet<>(profiles.namespaces(System.getenv()));
    others.remove(namespace);
    CompletableFuture.runAsync(
        () -> others.forEach(other -> watchIfAllowed(cluster, new AccessCheck(client), other)));
    return new ClusterSetup(cluster, Optional.empty());
  }

  private static void watch(Cluster cluster, String namespace) {
    try {
      cluster.watch(namespace).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FailureException failure ? failure : e;
    }
  }

  /** A profile's own namespace may be none of ours to use; who uses that profile is told so. */
  private static void watchIfAllowed(Cluster cluster, AccessCheck access, String namespace) {
    try {
      AccessReport report = access.check(namespace);
      if (report.complete()) {
        watch(cluster, namespace);
      } else {
        LOG.warn(
            "cluster={} namespace={} is not this server's to use, so profiles that live there"
                + " cannot be used; {} rights are missing",
            cluster.name(),
            namespace,
            report.missing().size());
      }
    } catch (RuntimeException e) {
      LOG.warn(
          "cluster={} namespace={} cannot be watched: {}",
          cluster.name(),
          namespace,
          e.getMessage());
    }
  }
}
