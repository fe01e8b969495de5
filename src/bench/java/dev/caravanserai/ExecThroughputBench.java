package dev.caravanserai;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.exec.RawExec;
import dev.caravanserai.local.LocalCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Execs of {@code true} per second with 1, 20 and 100 callers at once: through HTTP, as raw
 * WebSockets of the client and by {@code kubectl exec}, in turn. Arguments: seconds for each (10).
 * On the cluster of KUBECONFIG, or on a local one without it.
 */
public final class ExecThroughputBench {
  private static final String NAMESPACE = "sessions";
  private static final List<Integer> CALLERS = List.of(1, 20, 100);

  /** A process of kubectl for each of a hundred callers would measure the machine's memory. */
  private static final int MOST_KUBECTL = 20;

  private final BenchServer server;

  private ExecThroughputBench(BenchServer server) {
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    Path home = Files.createTempDirectory("caravanserai-bench");
    Optional<LocalCluster> local =
        System.getenv("KUBECONFIG") == null
            ? Optional.of(LocalCluster.start(0, home.resolve("local"), Set.of(NAMESPACE)))
            : Optional.empty();
    Path kubeconfig =
        local.map(LocalCluster::kubeconfig).orElseGet(() -> Path.of(System.getenv("KUBECONFIG")));
    ApiConnection connection = new ApiConnection(Optional.of(kubeconfig), Optional.empty());
    try (BenchServer server = BenchServer.start(home, kubeconfig, NAMESPACE);
        KubernetesClient client = connection.connect(Map.of())) {
      new ExecThroughputBench(server).run(client, kubeconfig, seconds);
    }
    local.ifPresent(LocalCluster::close);
    System.exit(0);
  }

  private void run(KubernetesClient client, Path kubeconfig, int seconds) {
    String session =
        server
            .call("POST", "/v1/sessions", "{\"image\":\"busybox:1\",\"timeoutSeconds\":3600}")
            .join()
            .body()
            .replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    ContainerRef container = new ContainerRef(NAMESPACE, "session-" + session, "main");
    Map<String, Supplier<CompletionStage<?>>> ways =
        Map.of(
            "HTTP", () -> exec(session),
            "raw WebSocket", () -> RawExec.run(client, container),
            "kubectl exec", () -> kubectl(kubeconfig, container));
    List<String> order = List.of("HTTP", "raw WebSocket", "kubectl exec");
    order.forEach(way -> rate(ways.get(way), 1, 3));
    System.out.println("| callers | " + String.join(" | ", order) + " |");
    for (int callers : CALLERS) {
      StringBuilder row = new StringBuilder("| " + callers);
      for (String way : order) {
        boolean skipped = way.startsWith("kubectl") && callers > MOST_KUBECTL;
        row.append(" | ")
            .append(skipped ? "" : "%.1f".formatted(rate(ways.get(way), callers, seconds)));
      }
      System.out.println(row + " |");
    }
    server.call("DELETE", "/v1/sessions/" + session, "").join();
  }

  /** Execs per second; each caller asks for the next one when it has its answer. */
  private static double rate(Supplier<CompletionStage<?>> exec, int callers, int seconds) {
    AtomicInteger count = new AtomicInteger();
    long begin = System.nanoTime();
    long end = begin + seconds * 1_000_000_000L;
    CompletableFuture.allOf(
            IntStream.range(0, callers)
                .mapToObj(i -> again(exec, end, count))
                .toArray(CompletableFuture[]::new))
        .join();
    return count.get() / ((System.nanoTime() - begin) / 1e9);
  }

  private static CompletableFuture<Void> again(
      Supplier<CompletionStage<?>> exec, long end, AtomicInteger count) {
    return exec.get()
        .toCompletableFuture()
        .thenComposeAsync(
            done -> {
              count.incrementAndGet();
              return System.nanoTime() < end
                  ? again(exec, end, count)
                  : CompletableFuture.completedFuture(null);
            });
  }

  private CompletionStage<?> exec(String session) {
    return server
        .call("POST", "/v1/sessions/" + session + "/exec", "{\"command\":[\"true\"]}")
        .thenAccept(
            answer -> {
              if (!answer.body().contains("\"exitCode\":0")) {
                throw new IllegalStateException(answer.body());
              }
            });
  }

  private static CompletionStage<?> kubectl(Path kubeconfig, ContainerRef container) {
    try {
      return new ProcessBuilder(
              "kubectl",
              "--kubeconfig=" + kubeconfig,
              "-n",
              container.namespace(),
              "exec",
              container.pod(),
              "--",
              "true")
          .inheritIO()
          .start()
          .onExit();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
