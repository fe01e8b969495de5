package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server works with the service account that Kubernetes mounts into its pod. */
class InClusterIT {
  private static final String ACCOUNT = "driver";
  private static final String MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/";

  @Test
  void mount_of_a_real_pod_is_enough(@TempDir Path folder) throws Exception {
    // Given
    assumeTrue(
        "api".equals(System.getProperty("caravanserai.it.cluster")),
        "a real cluster is missing: run with -Pcluster");
    assumeTrue(System.getenv("KUBECONFIG") != null, "KUBECONFIG of a real cluster is missing");
    Map<String, String> pod;
    try (KubernetesClient outside =
        new ApiConnection(Optional.empty(), Optional.empty()).connect(System.getenv())) {
      pod = layOut(outside, folder);
    }

    // When
    KubernetesClient client =
        new ApiConnection(Optional.empty(), Optional.empty(), folder).connect(pod);
    try (client;
        Cluster cluster = new ApiCluster("in-cluster", client, client.getNamespace(), 100)) {
      AccessReport report = new AccessCheck(client).check(client.getNamespace(), Set.of());
      cluster.watch(client.getNamespace()).toCompletableFuture().get(3, TimeUnit.MINUTES);

      // Then
      assertThat(client.getNamespace()).isEqualTo(Files.readString(folder.resolve("namespace")));
      assertThat(client.getConfiguration().getOauthToken()).as("read anew each time").isNull();
      assertThat(client.getConfiguration().isTrustCerts()).isFalse();
      assertThat(report.missing()).isEmpty();
    }
  }

  /** Copies the mount of a pod here; where the API server is reached from here. */
  private static Map<String, String> layOut(KubernetesClient client, Path folder) throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    Execs execs =
        new Execs(
            new PodExecOpener(client, timer),
            timer,
            ForkJoinPool.commonPool(),
            new NothingEnds(),
            new ExecLimits(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                1 << 20,
                1 << 20,
                Duration.ofSeconds(1),
                1));
    Pod pod = client.resource(pod(client.getNamespace())).create();
    try {
      client.resource(pod).waitUntilReady(3, TimeUnit.MINUTES);
      for (String file : new String[] {"token", "ca.crt", "namespace"}) {
        Files.write(folder.resolve(file), output(execs, pod, "cat", MOUNT + file));
      }
      assertThat(output(execs, pod, "sh", "-c", "printf %s $KUBERNETES_SERVICE_HOST")).isNotEmpty();
    } finally {
      timer.shutdownNow();
      client.resource(pod).withGracePeriod(0).delete();
      client.resource(pod).waitUntilCondition(Objects::isNull, 3, TimeUnit.MINUTES);
    }
    URI api = client.getMasterUrl().toURI();
    return Map.of(
        "KUBERNETES_SERVICE_HOST", api.getHost(),
        "KUBERNETES_SERVICE_PORT", String.valueOf(api.getPort()));
  }

  private static byte[] output(Execs execs, Pod pod, String... command) throws Exception {
    ContainerRef container =
        new ContainerRef(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), "main");
    ExecResult result =
        execs
            .run(container, ExecSpec.command(command))
            .toCompletableFuture()
            .get(3, TimeUnit.MINUTES);
    assertThat(result.outcome()).isEqualTo(Outcome.exited(0));
    return result.stdout().bytes();
  }

  private static Pod pod(String namespace) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("in-cluster-" + UUID.randomUUID())
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(ACCOUNT)
        .withAutomountServiceAccountToken(true)
        .withTerminationGracePeriodSeconds(0L)
        .addNewContainer()
        .withName("main")
        .withImage("busybox:1")
        .withImagePullPolicy("IfNotPresent")
        .withCommand("sleep", "120")
        .endContainer()
        .endSpec()
        .build();
  }

  private static final class NothingEnds implements ContainerEnds {
    @Override
    public Optional<Failure> known(ContainerRef container) {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }
}
