package dev.caravanserai;

import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.local.LocalCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The cluster that integration tests run against: a local one of their own, or with {@code
 * -Pcluster} that of KUBECONFIG. One for the whole run.
 */
final class TestCluster {
  /** Namespace that the tests may use on both. */
  static final String NAMESPACE = "sessions";

  private static final TestCluster THE_ONE = make();

  private final Path kubeconfig;
  private final KubernetesClient client;

  private TestCluster(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
    this.client = new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  static TestCluster get() {
    return THE_ONE;
  }

  static boolean real() {
    return "api".equals(System.getProperty("caravanserai.it.cluster", "local"));
  }

  private static TestCluster make() {
    if (real()) {
      String file = System.getenv("KUBECONFIG");
      Assumptions.assumeTrue(file != null, "needs KUBECONFIG for -Pcluster");
      return new TestCluster(Path.of(file));
    }
    try {
      Path home = Files.createTempDirectory("caravanserai-it");
      LocalCluster local = LocalCluster.start(0, home, Set.of(NAMESPACE));
      return new TestCluster(local.kubeconfig());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path kubeconfig() {
    return kubeconfig;
  }

  KubernetesClient client() {
    return client;
  }

  /** Everything that sessions could leave behind. */
  Set<String> objects() {
    return Stream.of(
            client.pods().inNamespace(NAMESPACE).list().getItems(),
            client.configMaps().inNamespace(NAMESPACE).list().getItems(),
            client.secrets().inNamespace(NAMESPACE).list().getItems(),
            client.services().inNamespace(NAMESPACE).list().getItems(),
            client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
        .flatMap(List::stream)
        .map(o -> (HasMetadata) o)
        .map(o -> o.getKind() + "/" + o.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
