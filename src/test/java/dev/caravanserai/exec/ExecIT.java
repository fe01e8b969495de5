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
import java.util.Random;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void argumentsArriveAsGiven(String image) {
    // Given
    List<String> nasty =
        List.of("a b;$(id)", "", "'\"`\\", "tail\n\n", "cr\r\n", "ünïcödé ☃", "-n", "*");
    List<String> argv = new ArrayList<>(List.of("printf", "%s|"));
    argv.addAll(nasty);

    // When
    ExecResult result = run(image, ExecSpec.command(argv.toArray(String[]::new)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(text(result.stdout())).isEqualTo(String.join("|", nasty) + "|");
    assertThat(text(result.stderr())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 126, 127, 137, 255})
  void theExitCodeIsTheCommandsOwn(int code) {
    for (String image : List.of(BUSYBOX, DEBIAN)) {
      // When
      ExecResult plain = run(image, ExecSpec.script("exit " + code));
      ExecResult fed = run(image, ExecSpec.script("exit " + code).withStdin(new byte[100]));

      // Then
      assertThat(plain.outcome()).isEqualTo(Outcome.exited(code));
      assertThat(fed.outcome()).isEqualTo(Outcome.exited(code));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void whatCannotStartIsSaidToBeNotStarted(String image) {
    assertThat(notStarted(run(image, ExecSpec.command("no-such-program"))))
        .contains("exec: \"no-such-program\": executable file not found in $PATH");
    assertThat(notStarted(run(image, ExecSpec.command("/etc/passwd"))))
        .contains("permission denied");
    assertThat(notStarted(run(image, in("/no/such", "pwd")))).contains("no such file or directory");
    assertThat(text(run(image, in("/tmp", "pwd")).stdout())).isEqualTo("/tmp\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void aScriptArrivesUnchanged(String image) {
    // Given
    String script =
        "x='it''s'; echo \"$x\" | tr a-z A-Z\ncat <<'EOF'\n$HOME `id` ☃ \\n\r\nEOF\n"
            + "printf '%s' \"$#\"";

    // When
    ExecResult result = run(image, ExecSpec.script(script));

    // Then
    assertThat(text(result.stdout())).isEqualTo("ITS\n$HOME `id` ☃ \\n\r\n0");
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void aScriptMayBeLongerThanAnArgument(String image) {
    // Given
    String script = "# a line of a long script\n".repeat(8_000) + "cat; exit 9";

    // When
    ExecResult result = run(image, ExecSpec.script(script).withStdin("in".getBytes()));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.exited(9));
    assertThat(text(result.stdout())).isEqualTo("in");
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void standardInputEnds(String image) {
    byte[] some = new byte[1_000_003];
    assertThat(text(run(image, ExecSpec.command("wc", "-c").withStdin(some)).stdout()).strip())
        .isEqualTo("1000003");
    assertThat(text(run(image, ExecSpec.command("wc", "-c").withStdin(new byte[0])).stdout()))
        .isEqualToIgnoringWhitespace("0");
    assertThat(text(run(image, ExecSpec.command("wc", "-c")).stdout()))
        .isEqualToIgnoringWhitespace("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void inputThatIsNotReadCostsNoExitCode(String image) {
    // Given
    byte[] some = new byte[1_000_003];
    for (int i = 0; i < 20; i++) {
      // When
      ExecResult unread = run(image, ExecSpec.script("exit 7").withStdin(some));
      ExecResult halfRead = run(image, ExecSpec.command("head", "-c", "70000").withStdin(some));
      ExecResult none = run(image, ExecSpec.command("no-such-program").withStdin(some));

      // Then
      assertThat(unread.outcome()).isEqualTo(Outcome.exited(7));
      assertThat(halfRead.outcome()).isEqualTo(Outcome.exited(0));
      assertThat(halfRead.stdout().total()).isEqualTo(70_000);
      assertThat(notStarted(none)).contains("no-such-program");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void tenMegabytesReturnByteForByteOnBothStreams(String image) {
    // Given
    byte[] random = new byte[10_000_000];
    new Random(7).nextBytes(random);

    // When
    ExecResult out = run(image, ExecSpec.command("cat").withStdin(random));
    ExecResult err = run(image, ExecSpec.script("cat >&2; echo out").withStdin(random));

    // Then
    assertThat(out.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(out.stdout().bytes()).isEqualTo(random);
    assertThat(out.stderr().total()).isZero();
    assertThat(err.stderr().bytes()).isEqualTo(random);
    assertThat(text(err.stdout())).isEqualTo("out\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {BUSYBOX, DEBIAN})
  void aTimeOutLeavesNoProcess(String image) {
    // Given
    String token = "7" + Math.abs(new Random().nextInt());
    String script =
        "trap '' TERM; setsid sh -c \"trap '' TERM; while :; do sleep %1$s; done\" & env -i setsid sleep %1$s & echo partial; sleep %1$s; sleep %1$s"
            .formatted(token);

    // When
    ExecResult result = run(image, ExecSpec.script(script).withTimeout(Duration.ofSeconds(1)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(Duration.ofSeconds(1)));
    assertThat(text(result.stdout())).isEqualTo("partial\n");
    assertThat(result.duration()).isLessThan(Duration.ofSeconds(8));
    assertThat(commandLines(image)).doesNotContain(token);
  }

  @Test
  void cancelEndsItWithItsProcesses() throws Exception {
    // Given
    String token = "8" + Math.abs(new Random().nextInt());
    ExecHandle handle = execs.start(debian, ExecSpec.command("sleep", token), LIMITS);
    Awaitility.await().until(() -> commandLines(DEBIAN).contains(token));

    // When
    handle.cancel();

    // Then
    assertThat(get(handle).outcome()).isEqualTo(Outcome.cancelled());
    assertThat(commandLines(DEBIAN)).doesNotContain(token);
  }

  @Test
  void environmentIsTheCommandsOnly() {
    // Given
    ExecSpec spec =
        new ExecSpec(
            List.of("sh", "-c", "printf %s \"$A\"; printf %s \"$B\""),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of("A", "x'\"\n$(id)\\n\r", "B", ""),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Encoding.UTF8);

    // When
    ExecResult result = run(BUSYBOX, spec);

    // Then
    assertThat(text(result.stdout())).isEqualTo("x'\"\n$(id)\\n\r");
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
