package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.api.PodExecOpener;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.ExecSpec.Encoding;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Commands in real containers: of busybox (ash) and of Debian (dash). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecIT {
  private static final String BUSYBOX = "busybox:1";
  private static final String DEBIAN = "debian:12";
  private static final ExecLimits LIMITS =
      new ExecLimits(
          Duration.ofSeconds(60), Duration.ofMinutes(10), 16 << 20, Duration.ofSeconds(1));

  private final List<String> pods = new ArrayList<>();
  private KubernetesClient client;
  private ScheduledExecutorService scheduler;
  private Execs execs;
  private ContainerRef busybox;
  private ContainerRef debian;

  @BeforeAll
  void podsRun() {
    assumeTrue(System.getenv("KUBECONFIG") != null, "KUBECONFIG is not set: no cluster");
    client = new KubernetesClientBuilder().build();
    scheduler = Executors.newScheduledThreadPool(1);
    execs =
        new Execs(
            new PodExecOpener(client, scheduler),
            scheduler,
            ForkJoinPool.commonPool(),
            this::gone,
            Execs.DEFAULT_PARALLEL);
    busybox = create(BUSYBOX);
    debian = create(DEBIAN);
    running(busybox);
    running(debian);
  }

  @AfterAll
  void nothingIsLeft() {
    if (client != null) {
      pods.forEach(pod -> client.pods().withName(pod).withGracePeriod(0).delete());
      client.close();
      scheduler.shutdownNow();
    }
  }

  @Test
  void fiftyAtOnceAllAnswer() {
    // When
    List<CompletableFuture<ExecResult>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(execs.run(busybox, ExecSpec.command("echo", "n" + i), LIMITS).toCompletableFuture());
    }

    // Then
    for (int i = 0; i < 50; i++) {
      assertThat(text(all.get(i).orTimeout(60, TimeUnit.SECONDS).join().stdout()))
          .isEqualTo("n" + i + "\n");
    }
  }

  @Test
  void aPodDeletedUnderItIsSaidToBeGone() {
    // Given
    ContainerRef doomed = create(BUSYBOX);
    running(doomed);
    ExecHandle handle = execs.start(doomed, ExecSpec.script("echo begun; sleep 100"), LIMITS);
    Awaitility.await().until(() -> processes(doomed).contains("sleep 100"));

    // When
    client.pods().withName(doomed.pod()).withGracePeriod(1).delete();

    // Then
    ExecResult result = get(handle);
    assertThat(result.outcome()).isInstanceOf(Outcome.PodGone.class);
    assertThat(text(result.stdout())).isEqualTo("begun\n");
  }

  @Test
  void whatCannotBeTriedIsAProblem() {
    ContainerRef unknown = new ContainerRef(client.getNamespace(), "no-such-pod", "main");
    assertThatThrownBy(() -> get(execs.start(unknown, ExecSpec.command("true"), LIMITS)))
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
    ContainerRef container =
        new ContainerRef(busybox.namespace(), busybox.pod(), "no-such-container");
    assertThatThrownBy(() -> get(execs.start(container, ExecSpec.command("true"), LIMITS)))
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
  }

  private static ExecSpec in(String dir, String... command) {
    return new ExecSpec(
        List.of(command),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.of(dir),
        Optional.empty(),
        Optional.empty(),
        Encoding.UTF8);
  }

  private String commandLines(String image) {
    return processes(image.equals(BUSYBOX) ? busybox : debian);
  }

  private String processes(ContainerRef container) {
    String script = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null";
    return text(get(execs.start(container, ExecSpec.script(script), LIMITS)).stdout());
  }

  private ExecResult run(String image, ExecSpec spec) {
    return get(execs.start(image.equals(BUSYBOX) ? busybox : debian, spec, LIMITS));
  }

  private static ExecResult get(ExecHandle handle) {
    return handle.result().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static String text(ExecResult.Output output) {
    return new String(output.bytes(), StandardCharsets.UTF_8);
  }

  private static String notStarted(ExecResult result) {
    assertThat(result.outcome()).isInstanceOf(Outcome.NotStarted.class);
    assertThat(result.stdout().total() + result.stderr().total()).isZero();
    return ((Outcome.NotStarted) result.outcome()).failure().message();
  }

  private Optional<Failure> gone(ContainerRef container) {
    Pod pod = client.pods().withName(container.pod()).get();
    return pod == null || pod.getMetadata().getDeletionTimestamp() != null
        ? Optional.of(Failure.of(FailureCode.NOT_FOUND, "The pod " + container + " was deleted."))
        : Optional.empty();
  }

  private ContainerRef create(String image) {
    String name = "execit-" + UUID.randomUUID().toString().substring(0, 8);
    pods.add(name);
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withAutomountServiceAccountToken(false)
            .withTerminationGracePeriodSeconds(1L)
            .addNewContainer()
            .withName("main")
            .withImage(image)
            .withImagePullPolicy("IfNotPresent")
            .withCommand("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done")
            .endContainer()
            .endSpec()
            .build();
    client.pods().resource(pod).create();
    return new ContainerRef(client.getNamespace(), name, "main");
  }

  private void running(ContainerRef container) {
    client
        .pods()
        .withName(container.pod())
        .waitUntilCondition(
            p -> p != null && p.getStatus() != null && "Running".equals(p.getStatus().getPhase()),
            60,
            TimeUnit.SECONDS);
  }
}
