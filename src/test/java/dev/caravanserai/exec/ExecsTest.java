package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of a command, whatever its connection and its container do. */
class ExecsTest {
  private static final ContainerRef MAIN = new ContainerRef("sessions", "pod", "main");
  private static final Failure LOST = Failure.of(FailureCode.CONNECTION_LOST, "It was lost.");
  private static final Failure GONE = Failure.of(FailureCode.EVICTED, "It was evicted.");
  private static final ExecLimits LIMITS =
      new ExecLimits(
          Duration.ofSeconds(60), Duration.ofSeconds(120), 16 << 10, Duration.ofMillis(200));

  private final FakeContainer container = new FakeContainer();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void aCommandsOutputAndCodeAreItsOwn() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));

    // When
    container.process().announces(12).stdout("out").stderr("err").ends(new ExecEnd.Exited(3));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.execId()).isEqualTo(handle.execId()).matches("[0-9a-f]{32}");
    assertThat(result.outcome()).isEqualTo(Outcome.exited(3));
    assertThat(Texts.of(result.stdout())).isEqualTo("out");
    assertThat(Texts.of(result.stderr())).isEqualTo("err");
  }

  @Test
  void theAnnouncementIsFoundHoweverItIsCut() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));
    FakeContainer.Process process = container.process().opens();

    // When
    (process.mark() + " 7\nab\n").chars().forEach(c -> process.stdout(Character.toString(c)));
    process.ends(new ExecEnd.Exited(0));

    // Then
    assertThat(Texts.of(Place.await(handle).stdout())).isEqualTo("ab\n");
  }

  @Test
  void nothingOfACallerIsInTheUrl() {
    // Given
    start(ExecSpec.command("one"));
    start(ExecSpec.script("secret=two").withStdin("three".getBytes()));

    // Then
    assertThat(container.processes().get(0).start()).isEqualTo(container.process().start());
  }

  @Test
  void ofTooMuchOutputHeadAndTailAreKept() {
    // Given
    ExecHandle handle = start(ExecSpec.command("yes"));

    // When
    container.process().announces(1).stdout("a".repeat(10_000) + "b".repeat(10_000)).ends(exit(0));

    // Then
    ExecResult.Output out = Place.await(handle).stdout();
    assertThat(Texts.of(out)).isEqualTo("a".repeat(8 << 10) + "b".repeat(8 << 10));
    assertThat(out.total()).isEqualTo(20_000);
    assertThat(out.truncated()).isTrue();
  }

  @Test
  void whatTheSupervisorCouldNotStartIsNotStarted() {
    // Given
    ExecHandle handle = start(ExecSpec.command("nope"));

    // When
    FakeContainer.Process process = container.process().announces(1);
    process.stdout(process.mark() + "! exec: \"nope\": not found\n").ends(exit(127));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isInstanceOf(Outcome.NotStarted.class);
    assertThat(result.stdout().total()).isZero();
  }

  @Test
  void silenceIsNoSuccess() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));

    // When
    container.process().opens().ends(exit(0));

    // Then
    assertThat(Place.await(handle).outcome()).isInstanceOf(Outcome.NotStarted.class);
  }

  @Test
  void aTimeOutEndsItsProcessesAndReturnsWhatWasWritten() {
    // Given
    Duration soon = Duration.ofMillis(20);
    ExecHandle handle = start(ExecSpec.command("sleep", "100").withTimeout(soon));
    FakeContainer.Process process = container.process().announces(42).stdout("part");

    // When
    FakeContainer.Process killer = awaitKiller();
    assertThat(handle.result().toCompletableFuture()).isNotDone();
    killer.opens();
    assertThat(killer.lines()).containsExactly(handle.execId(), "42", "2");
    killer.stdout("left 0\n").ends(exit(0));
    process.stdout("ial").ends(exit(143));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(soon));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial");
  }

  @Test
  void aCommandWithoutAnEndOfItsOwnIsLetGoAfterTheKill() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"));
    FakeContainer.Process process = container.process().announces(42);
    handle.cancel();

    // When
    awaitKiller().ends(new ExecEnd.Lost(LOST));
    Awaitility.await().until(process::closed);
    process.ends(new ExecEnd.Lost(LOST));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
  }

  @Test
  void cancelBeforeTheConnectionIsUpStartsNothing() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"));

    // When
    handle.cancel();

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
    FakeContainer.Process process = container.process().opens();
    assertThat(process.closed()).isTrue();
    assertThat(process.written()).isEmpty();
    process.ends(new ExecEnd.Lost(LOST));
    assertThat(container.killers()).isEmpty();
  }

  @Test
  void aLateCancelChangesNothing() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));
    container.process().announces(1).ends(exit(0));

    // When
    handle.cancel();

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.exited(0));
    assertThat(container.killers()).isEmpty();
  }

  @Test
  void aConnectionThatBreaksIsLostWithWhatWasWrittenAndNothingIsRunAgain() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"));

    // When
    container.process().announces(1).stdout("part").ends(new ExecEnd.Lost(LOST));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.connectionLost(LOST));
    assertThat(Texts.of(result.stdout())).isEqualTo("part");
    assertThat(container.processes()).hasSize(1);
  }

  @Test
  void aPodThatIsFoundGoneALittleLaterIsGone() {
    // Given
    AtomicInteger asked = new AtomicInteger();
    ExecHandle handle =
        execs(c -> asked.incrementAndGet() < 3 ? Optional.empty() : Optional.of(GONE), 9)
            .start(MAIN, ExecSpec.command("sleep", "100"), LIMITS);

    // When
    container.process().announces(1).stdout("part").ends(new ExecEnd.Lost(LOST));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.podGone(GONE));
    assertThat(Texts.of(result.stdout())).isEqualTo("part");
  }

  @Test
  void aCommandThatIsKilledWithItsPodIsGoneWithIt() {
    // Given
    ExecHandle handle =
        execs(c -> Optional.of(GONE), 9).start(MAIN, ExecSpec.command("sleep", "100"), LIMITS);

    // When
    container.process().announces(1).ends(exit(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.podGone(GONE));
  }

  @Test
  void anAnswerComesAlsoWhenNobodyCanTellOfThePod() {
    // Given
    Function<ContainerRef, Optional<Failure>> broken =
        c -> {
          throw new IllegalStateException("no watch");
        };
    ExecHandle handle = execs(broken, 9).start(MAIN, ExecSpec.command("true"), LIMITS);

    // When
    container.process().announces(1).ends(new ExecEnd.Lost(LOST));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.connectionLost(LOST));
  }

  @Test
  void withoutAShellTheCommandItselfIsRun() {
    // Given
    ExecHandle handle = start(ExecSpec.command("/server", "--version"));

    // When
    container.process().ends(refused(FailureCode.CONFIG_ERROR, NO_SHELL));
    container.process().opens().stdout("1.0\n").ends(exit(2));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.exited(2));
    assertThat(Texts.of(result.stdout())).isEqualTo("1.0\n");
    assertThat(container.process().start().command()).containsExactly("/server", "--version");
    assertThat(container.process().written()).isEmpty();
  }

  @Test
  void withoutAShellWhatNeedsOneIsNotStarted() {
    // Given
    ExecHandle handle = start(ExecSpec.script("echo"));

    // When
    container.process().ends(refused(FailureCode.CONFIG_ERROR, NO_SHELL));

    // Then
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.NotStarted.class,
            o -> assertThat(o.failure().message()).contains("no sh", "a script"));
    assertThat(container.processes()).hasSize(1);
  }

  @Test
  void withoutAShellATimeOutStillAnswers() {
    // Given
    ExecHandle handle = start(ExecSpec.command("/server"));
    container.process().ends(refused(FailureCode.CONFIG_ERROR, NO_SHELL));
    FakeContainer.Process process = container.process().opens().stdout("up");

    // When
    handle.cancel();
    Awaitility.await().until(process::closed);
    process.ends(new ExecEnd.Lost(LOST));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
    assertThat(container.killers()).isEmpty();
  }

  @Test
  void whatTheRuntimeRefusesIsNotStarted() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));

    // When
    container.process().ends(refused(FailureCode.CONFIG_ERROR, "exec user: no such user"));

    // Then
    assertThat(Place.await(handle).outcome()).isInstanceOf(Outcome.NotStarted.class);
  }

  @Test
  void whatCouldNotBeTriedFails() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));

    // When
    container.process().ends(refused(FailureCode.NOT_FOUND, "pods \"pod\" not found"));

    // Then
    assertThatThrownBy(() -> Place.await(handle))
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void whatIsRefusedAfterItBeganIsLost() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"));

    // When
    container.process().announces(1).ends(refused(FailureCode.CONFIG_ERROR, "runtime died"));

    // Then
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.ConnectionLost.class,
            o -> assertThat(o.failure().message()).contains("runtime died", "had begun"));
  }

  @Test
  void whatIsTooManyIsRefusedAtOnceAndThePlaceOfOneThatEndedIsFree() {
    // Given
    Execs execs = execs(c -> Optional.empty(), 1);
    ExecHandle first = execs.start(MAIN, ExecSpec.command("true"), LIMITS);

    // When
    assertThatThrownBy(() -> execs.start(MAIN, ExecSpec.command("true"), LIMITS))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.LIMIT_REACHED));
    container.process().announces(1).ends(exit(0));
    Place.await(first);

    // Then
    assertThat(execs.start(MAIN, ExecSpec.command("true"), LIMITS)).isNotNull();
  }

  @Test
  void whatNoProcessCanBeGivenIsRefusedBeforeAnythingRuns() {
    for (ExecSpec bad :
        List.of(
            ExecSpec.command("printf", "a\0b"),
            ExecSpec.script("a\0b"),
            ExecSpec.command("printf", "x".repeat(131_072)))) {
      assertThatThrownBy(() -> start(bad)).isInstanceOf(InvalidRequestException.class);
    }
    assertThat(container.processes()).isEmpty();
  }

  private static final String NO_SHELL =
      "OCI runtime exec failed: exec: \"sh\": executable file not found in $PATH: unknown";

  private ExecHandle start(ExecSpec spec) {
    return execs(c -> Optional.empty(), 9).start(MAIN, spec, LIMITS);
  }

  private Execs execs(Function<ContainerRef, Optional<Failure>> gone, int parallel) {
    return new Execs(container, scheduler, Runnable::run, gone, parallel);
  }

  private FakeContainer.Process awaitKiller() {
    Awaitility.await().until(() -> !container.killers().isEmpty());
    return container.killers().get(0);
  }

  private static ExecEnd exit(int code) {
    return new ExecEnd.Exited(code);
  }

  private static ExecEnd refused(FailureCode code, String words) {
    return new ExecEnd.Refused(Failure.of(code, words));
  }
}
