package dev.caravanserai;

import dev.caravanserai.cluster.api.ApiConnection;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What a start costs over the raw client: create to Ready of one bare pod against {@code POST
 * /v1/sessions} of the same image and command on the same cluster, in turn. Then 20 sessions at
 * once, and 200 execs over them at once.
 */
public final class StartBench {
  private static final int ROUNDS = 15;
  private static final int SESSIONS = 20;
  private static final int EXECS = 200;
  private static final List<String> COMMAND =
      List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done");

  private final KubernetesClient client;
  private final String namespace;
  private final BenchServer server;

  private StartBench(KubernetesClient client, String namespace, BenchServer server) {
    this.client = client;
    this.namespace = namespace;
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    Path home = Files.createTempDirectory("caravanserai-bench");
    Path kubeconfig = Path.of(System.getenv("KUBECONFIG"));
    KubernetesClient client =
        new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
    String namespace = client.getNamespace();
    try (BenchServer server = BenchServer.start(home, kubeconfig, namespace)) {
      new StartBench(client, namespace, server).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    List<Double> raw = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    for (int i = -2; i < ROUNDS; i++) {
      double one = raw();
      double other = ours();
      if (i >= 0) {
        raw.add(one);
        ours.add(other);
      }
    }
    print("raw create to Ready", raw);
    print("POST /v1/sessions", ours);
    System.out.printf("added by us, p50: %.0f ms%n", p(ours, 50) - p(raw, 50));
    many();
  }

  private double raw() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("bench-" + UUID.randomUUID())
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withTerminationGracePeriodSeconds(0L)
            .addNewContainer()
            .withName("main")
            .withImage("busybox:1")
            .withImagePullPolicy("IfNotPresent")
            .withCommand(COMMAND)
            .endContainer()
            .endSpec()
            .build();
    long begin = System.nanoTime();
    client.resource(pod).create();
    client.resource(pod).waitUntilReady(60, TimeUnit.SECONDS);
    double ms = (System.nanoTime() - begin) / 1e6;
    client.resource(pod).withGracePeriod(0).delete();
    return ms;
  }

  private double ours() {
    long begin = System.nanoTime();
    String id = start().join();
    double ms = (System.nanoTime() - begin) / 1e6;
    server.call("DELETE", "/v1/sessions/" + id + "?wait=true", "").join();
    return ms;
  }

  private void many() {
    long begin = System.nanoTime();
    List<String> ids =
        IntStream.range(0, SESSIONS).mapToObj(i -> start()).toList().stream()
            .map(CompletableFuture::join)
            .toList();
    System.out.printf(
        "%d sessions at once: %.0f ms%n", SESSIONS, (System.nanoTime() - begin) / 1e6);
    int threads = Thread.activeCount();
    long exec = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> execs =
        IntStream.range(0, EXECS)
            .mapToObj(
                i ->
                    server.call(
                        "POST",
                        "/v1/sessions/" + ids.get(i % SESSIONS) + "/exec",
                        "{\"command\":[\"echo\",\"" + i + "\"]}"))
            .toList();
    long right =
        IntStream.range(0, EXECS)
            .filter(i -> execs.get(i).join().body().contains("\"stdout\":\"" + i + "\\n\""))
            .count();
    System.out.printf(
        "%d execs at once: %d right, %.0f ms, %d threads before, %d after%n",
        EXECS, right, (System.nanoTime() - exec) / 1e6, threads, Thread.activeCount());
    CompletableFuture.allOf(
            ids.stream()
                .map(id -> server.call("DELETE", "/v1/sessions/" + id + "?wait=true", ""))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  private CompletableFuture<String> start() {
    return server
        .call(
            "POST",
            "/v1/sessions",
            "{\"image\":\"busybox:1\",\"timeoutSeconds\":600,\"resources\":{\"requests\":{\"cpu\":\"10m\"}}}")
        .thenApply(
            answer -> {
              if (answer.statusCode() != 201) {
                throw new IllegalStateException(answer.body());
              }
              return answer.body().replaceAll(".*?\"id\":\"([^\"]+)\".*", "$1");
            });
  }

  private static void print(String what, List<Double> ms) {
    System.out.printf("%-22s p50 %.0f ms, p95 %.0f ms%n", what, p(ms, 50), p(ms, 95));
  }

  private static double p(List<Double> ms, int percent) {
    List<Double> sorted = ms.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }
}
