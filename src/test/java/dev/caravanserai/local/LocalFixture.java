package dev.caravanserai.local;

import dev.caravanserai.Patience;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A local cluster and a client for each test. */
abstract class LocalFixture {
  @TempDir Path home;
  LocalCluster cluster;
  KubernetesClient client;

  @BeforeEach
  void start() throws Exception {
    cluster = LocalCluster.start(0, home, Set.of("sessions", "other"));
    Config config = Patience.of(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())));
    config.setNamespace("sessions");
    config.setRequestRetryBackoffLimit(0);
    client = new KubernetesClientBuilder().withConfig(config).build();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  static ConfigMap map(String name, String... labels) {
    var builder = new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata();
    for (int i = 0; i < labels.length; i += 2) {
      builder.editMetadata().addToLabels(labels[i], labels[i + 1]).endMetadata();
    }
    return builder.addToData("k", "v").build();
  }

  static PodBuilder pod(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("main")
        .withImage("busybox:1")
        .withCommand("sh", "-c", "echo one; echo two >&2; echo three; exec sleep 60")
        .endContainer()
        .endSpec();
  }

  static int code(Throwable thrown) {
    return ((KubernetesClientException) thrown).getCode();
  }
}
