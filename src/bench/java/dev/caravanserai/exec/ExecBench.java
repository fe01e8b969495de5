package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.cluster.api.PodExecOpener;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Outcome;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What supervision costs: {@code true} in one container, over and over, in three ways that take
 * turns, in an order drawn anew for each round: what the cluster still tidies up of one exec slows
 * down the next. Needs KUBECONFIG and kubectl. Arguments: rounds (200), image (busybox:1).
 */
public final class ExecBench {
  private static final ExecLimits LIMITS =
      new ExecLimits(
          Duration.ofSeconds(60),
          Duration.ofHours(1),
          16 << 20,
          1L << 30,
          Duration.ofSeconds(2),
          512);

  private static final String RAW = "raw WebSocket";
  private static final int WARM_UP = 30;

  private record Way(String name, Callable<?> exec, long[] nanos) {}

  private final KubernetesClient client;
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final Execs execs;
  private final ContainerRef container;

  private ExecBench(KubernetesClient client, String image) {
    this.client = client;
    this.execs =
        new Execs(
            new PodExecOpener(client, scheduler),
            scheduler,
            ForkJoinPool.commonPool(),
            new NeverEnds(),
            LIMITS);
    String pod = "bench-" + UUID.randomUUID().toString().substring(0, 8);
    this.container = new ContainerRef(client.getNamespace(), pod, "main");
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(pod)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sleep", "3600")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 200;
    String image = args.length > 1 ? args[1] : "busybox:1";
    String kubeconfig = System.getenv("KUBECONFIG");
    if (kubeconfig == null) {
      throw new IllegalStateException("KUBECONFIG is not set: there is no cluster to measure");
    }
    ApiConnection connection =
        new ApiConnection(Optional.of(Path.of(kubeconfig)), Optional.empty());
    try (KubernetesClient client = connection.connect(Map.of())) {
      ExecBench bench = new ExecBench(client, image);
      try {
        client.pods().withName(bench.container.pod()).waitUntilReady(60, TimeUnit.SECONDS);
        System.out.printf("%d rounds in %s%n%n%s", rounds, image, bench.measure(rounds));
      } finally {
        client.pods().withName(bench.container.pod()).withGracePeriod(0).delete();
        bench.scheduler.shutdownNow();
      }
    }
  }

  private String measure(int rounds) throws Exception {
    List<Way> ways =
        List.of(
            new Way(RAW, this::raw, new long[rounds]),
            new Way("supervised", this::supervised, new long[rounds]),
            new Way("kubectl exec", this::kubectl, new long[rounds]));
    List<Way> order = new ArrayList<>(ways);
    Random random = new Random(1);
    for (int i = -WARM_UP; i < rounds; i++) {
      Collections.shuffle(order, random);
      for (Way way : order) {
        long start = System.nanoTime();
        way.exec().call();
        if (i >= 0) {
          way.nanos()[i] = System.nanoTime() - start;
        }
      }
    }
    return table(ways);
  }

  private Void raw() throws Exception {
    RawExec.run(client, container).get(30, TimeUnit.SECONDS);
    return null;
  }

  private Void supervised() throws Exception {
    Outcome outcome =
        execs
            .run(container, ExecSpec.command("true"))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS)
            .outcome();
    if (!outcome.success()) {
      throw new IllegalStateException(outcome.toString());
    }
    return null;
  }

  private Void kubectl() throws Exception {
    Process process =
        new ProcessBuilder(
                "kubectl", "-n", container.namespace(), "exec", container.pod(), "--", "true")
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("kubectl exec: " + process.exitValue());
    }
    return null;
  }

  private static String table(List<Way> ways) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "| `true` by | p50 ms | p95 ms | p50 over raw | of kubectl's p50 |",
                "|---|---|---|---|---|"));
    double raw = percentile(ways.get(0), 0.5);
    double kubectl = percentile(ways.get(2), 0.5);
    for (Way way : ways) {
      double p50 = percentile(way, 0.5);
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.1f | %+.1f ms (%.2fx) | %.2fx |",
              way.name(),
              p50,
              percentile(way, 0.95),
              p50 - raw,
              p50 / raw,
              p50 / kubectl));
    }
    double[] added = new double[ways.get(0).nanos().length];
    Arrays.setAll(added, i -> (ways.get(1).nanos()[i] - ways.get(0).nanos()[i]) / 1e6);
    Arrays.sort(added);
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Supervised minus raw of the same round: median %+.1f ms.",
            added[added.length / 2]));
    return String.join("\n", lines) + "\n";
  }

  private static double percentile(Way way, double part) {
    long[] sorted = way.nanos().clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, part * sorted.length)] / 1e6;
  }

  private static final class NeverEnds implements ContainerEnds {
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
