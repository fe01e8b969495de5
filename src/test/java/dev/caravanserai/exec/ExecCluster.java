package dev.caravanserai.exec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.local.LocalCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cluster that commands are tested on: a local one, or with {@code -Pcluster} that of
 * KUBECONFIG.
 */
record ExecCluster(KubernetesClient client, Optional<LocalCluster> local) implements AutoCloseable {
  static final String NAMESPACE = "sessions";

  static boolean isReal() {
    return "api".equals(System.getProperty("caravanserai.it.cluster", "local"));
  }

  static ExecCluster connect() throws IOException {
    if (isReal()) {
      String file = System.getenv("KUBECONFIG");
      assumeTrue(file != null, "KUBECONFIG of a real cluster is missing");
      return new ExecCluster(client(Path.of(file)), Optional.empty());
    }
    LocalCluster local =
        LocalCluster.start(0, Files.createTempDirectory("caravanserai-exec"), Set.of(NAMESPACE));
    return new ExecCluster(client(local.kubeconfig()), Optional.of(local));
  }

  private static KubernetesClient client(Path kubeconfig) {
    return new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  @Override
  public void close() {
    client.close();
    local.ifPresent(LocalCluster::close);
  }
}
