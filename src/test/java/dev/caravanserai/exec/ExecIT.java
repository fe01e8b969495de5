package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.api.PodExecOpener;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.wire.ClosedPort;
import dev.caravanserai.wire.HalfOpen;
import dev.caravanserai.wire.Relay;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Commands in containers: of busybox (ash), of Debian (dash), and with the least of rights. */
class ExecIT implements CommandPromises, StreamPromises, EndPromises {
  private static final ExecLimits LIMITS =
      new ExecLimits(
          Duration.ofMinutes(4),
          Duration.ofMinutes(10),
          16 << 20,
          1L << 30,
          Duration.ofSeconds(1),
          512);
  private static final SecurityContext RESTRICTED =
      new SecurityContextBuilder()
          .withRunAsUser(1000L)
          .withRunAsNonRoot(true)
          .withReadOnlyRootFilesystem(true)
          .withAllowPrivilegeEscalation(false)
          .withNewCapabilities()
          .addToDrop("ALL")
          .endCapabilities()
          .build();

  private final List<Place> places = new ArrayList<>();
  private final List<String> pods = new ArrayList<>();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private ExecCluster cluster;
  private KubernetesClient client;
  private Execs execs;

  @BeforeAll
  void podsRun() throws Exception {
    cluster = ExecCluster.connect();
    client = cluster.client();
    execs = execs(new PodExecOpener(client, scheduler));
    places.add(place("busybox", "busybox:1", new SecurityContext()));
    if (ExecCluster.isReal()) {
      places.add(place("debian", "debian:12", new SecurityContext()));
      places.add(place("python", "python:3-slim", new SecurityContext()));
      places.add(place("busybox, restricted", "busybox:1", RESTRICTED));
      places.add(place("debian, restricted", "debian:12", RESTRICTED));
    }
    places.forEach(place -> running(place.container()));
  }

  @AfterAll
  void nothingIsLeft() {
    scheduler.shutdownNow();
    if (cluster != null) {
      pods.forEach(
          pod ->
              client
                  .pods()
                  .inNamespace(ExecCluster.NAMESPACE)
                  .withName(pod)
                  .withGracePeriod(0)
                  .delete());
      cluster.close();
    }
  }

  @Override
  public Stream<Place> places() {
    return places.stream();
  }

  @Test
  void fifty_concurrent_execs_end_and_do_not_need_a_thread_each() {
    // Given
    Place place = places.get(0);
    place.run(ExecSpec.command("true"));
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();

    // When
    List<ExecHandle> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(place.start(ExecSpec.script("sleep 2; echo n" + i)));
    }

    // Then
    Place.await(all.get(0));
    if (ExecCluster.isReal()) { // the server of a local cluster lives, with its threads, in here
      assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThan(threads + 20);
    }
    for (int i = 0; i < 50; i++) {
      assertThat(Texts.of(Place.await(all.get(i)).stdout())).isEqualTo("n" + i + "\n");
    }
  }

  @Test
  void exec_in_a_deleted_pod_is_pod_gone() {
    // Given
    Place doomed = place("doomed", "busybox:1", new SecurityContext());
    running(doomed.container());
    OutputProbe overheard = new OutputProbe(new PodExecOpener(client, scheduler));
    ExecHandle handle =
        execs(overheard).start(doomed.container(), ExecSpec.script("echo begun; sleep 9999"));
    Awaitility.await().until(() -> overheard.stdout("begun\n"));

    // When
    client
        .pods()
        .inNamespace(ExecCluster.NAMESPACE)
        .withName(doomed.container().pod())
        .withGracePeriod(1)
        .delete();

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isInstanceOf(Outcome.PodGone.class);
    assertThat(Texts.of(result.stdout())).isEqualTo("begun\n");
  }

  @Test
  void exec_over_a_cut_connection_is_connection_lost() throws Exception {
    // Given
    try (Relay wire = Relay.to(client.getMasterUrl().toURI());
        KubernetesClient remote = through(wire.port())) {
      OutputProbe overheard = new OutputProbe(new PodExecOpener(remote, scheduler));
      ExecHandle handle =
          execs(overheard)
              .start(places.get(0).container(), ExecSpec.script("echo begun; sleep 9999"));
      Awaitility.await().until(() -> overheard.stdout("begun\n"));

      // When
      wire.close();

      // Then
      ExecResult result = Place.await(handle);
      assertThat(result.outcome())
          .isInstanceOfSatisfying(
              Outcome.ConnectionLost.class,
              lost -> assertThat(lost.failure().code()).isEqualTo(FailureCode.CONNECTION_LOST));
      assertThat(Texts.of(result.stdout())).isEqualTo("begun\n");
      assertThat(result.duration()).isLessThan(LIMITS.defaultTimeout());
    }
  }

  @Test
  void exec_whose_connections_are_silent_at_its_time_out_may_still_run() throws Exception {
    // Given
    AtomicBoolean silent = new AtomicBoolean();
    Duration enough = places.get(0).enough();
    try (Relay wire = Relay.to(client.getConfiguration(), () -> new HalfOpen(silent::get));
        KubernetesClient remote = at("http://127.0.0.1:" + wire.port())) {
      OutputProbe overheard = new OutputProbe(new PodExecOpener(remote, scheduler));
      ExecSpec spec = ExecSpec.script("echo begun; sleep 9999").withTimeout(enough);
      ExecHandle handle = execs(overheard).start(places.get(0).container(), spec);
      Awaitility.await().until(() -> overheard.stdout("begun\n"));

      // When
      silent.set(true);

      // Then
      assertThat(Place.await(handle).outcome())
          .isInstanceOfSatisfying(
              Outcome.ConnectionLost.class,
              lost ->
                  assertThat(lost.failure().message())
                      .contains("reached its time-out", "may still run"));
    }
  }

  @Test
  void exec_that_cannot_be_sent_is_a_problem() {
    assertThat(problem(new ContainerRef(ExecCluster.NAMESPACE, "no-such-pod", "main")))
        .as("a pod that is gone")
        .isEqualTo(FailureCode.CONFLICT);
    ContainerRef known = places.get(0).container();
    assertThat(problem(new ContainerRef(known.namespace(), known.pod(), "no-such-container")))
        .isEqualTo(FailureCode.NOT_FOUND);
  }

  @Test
  void unreachable_cluster_is_a_problem() throws Exception {
    // Given
    try (ClosedPort away = new ClosedPort();
        KubernetesClient remote = through(away.port())) {

      // When
      ExecHandle handle =
          execs(new PodExecOpener(remote, scheduler))
              .start(places.get(0).container(), ExecSpec.command("true"));

      // Then
      assertThatThrownBy(() -> Place.await(handle))
          .cause()
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE));
    }
  }

  private FailureCode problem(ContainerRef container) {
    try {
      Place.await(execs.start(container, ExecSpec.command("true")));
      throw new AssertionError(container + " has run a command");
    } catch (java.util.concurrent.CompletionException e) {
      return ((FailureException) e.getCause()).failure().code();
    }
  }

  private KubernetesClient through(int port) {
    return at("https://" + client.getMasterUrl().getHost() + ":" + port);
  }

  private KubernetesClient at(String url) {
    return new KubernetesClientBuilder()
        .withConfig(new ConfigBuilder(client.getConfiguration()).withMasterUrl(url).build())
        .build();
  }

  private Execs execs(ExecOpener opener) {
    return new Execs(opener, scheduler, ForkJoinPool.commonPool(), new PodDeletions(), LIMITS);
  }

  /** Asks the cluster whether a pod was deleted. */
  private final class PodDeletions implements ContainerEnds {
    @Override
    public Optional<Failure> known(ContainerRef container) {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
      return CompletableFuture.supplyAsync(
          () -> {
            Pod pod =
                client.pods().inNamespace(container.namespace()).withName(container.pod()).get();
            return pod == null || pod.getMetadata().getDeletionTimestamp() != null
                ? Optional.of(
                    Failure.of(FailureCode.NOT_FOUND, "The pod " + container + " was deleted."))
                : Optional.empty();
          });
    }
  }

  private Place place(String name, String image, SecurityContext security) {
    String pod = "execit-" + UUID.randomUUID().toString().substring(0, 8);
    pods.add(pod);
    Pod wanted =
        new PodBuilder()
            .withNewMetadata()
            .withName(pod)
            .withNamespace(ExecCluster.NAMESPACE)
            .endMetadata()
            .withNewSpec()
            .withAutomountServiceAccountToken(false)
            .withTerminationGracePeriodSeconds(1L)
            .addNewContainer()
            .withName("main")
            .withImage(image)
            .withImagePullPolicy("IfNotPresent")
            .withCommand("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done")
            .withSecurityContext(security)
            .endContainer()
            .endSpec()
            .build();
    client.pods().resource(wanted).create();
    return new Place(name, execs, new ContainerRef(ExecCluster.NAMESPACE, pod, "main"));
  }

  private void running(ContainerRef container) {
    client
        .pods()
        .inNamespace(container.namespace())
        .withName(container.pod())
        .waitUntilCondition(
            p -> p != null && p.getStatus() != null && "Running".equals(p.getStatus().getPhase()),
            3,
            TimeUnit.MINUTES);
  }
}
