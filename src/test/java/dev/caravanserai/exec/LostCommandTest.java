package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A lost connection or pod is the outcome of its command, which is not run again. */
class LostCommandTest {
  private static final Failure GONE = Failure.of(FailureCode.EVICTED, "It was evicted.");

  /** The cluster does not answer. */
  private static final ContainerEnds SILENT =
      new ContainerEnds() {
        @Override
        public Optional<Failure> known(ContainerRef container) {
          return Optional.empty();
        }

        @Override
        public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
          return new CompletableFuture<>();
        }
      };

  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void broken_connection_is_connection_lost_with_partial_output_and_no_retry() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).stdout("part").ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.connectionLost(FakeExecs.LOST));
    assertThat(Texts.of(result.stdout())).isEqualTo("part");
    assertThat(execs.container().processes()).hasSize(1);
  }

  @Test
  void command_is_not_given_to_the_next_pod_of_the_name() {
    // Given
    AtomicReference<Optional<Failure>> gone = new AtomicReference<>(Optional.empty());
    Failure replaced = Failure.of(FailureCode.POD_REPLACED, "It was replaced.");
    execs.holdTime();
    ExecHandle handle =
        execs
            .execs(container -> gone.get(), FakeExecs.LIMITS)
            .start(FakeExecs.MAIN, ExecSpec.script("rm -rf /data"));

    // When
    gone.set(Optional.of(replaced));
    execs.container().process().opens();

    // Then
    assertThatThrownBy(() -> Place.await(handle))
        .hasMessageContaining("was not started: It was replaced.");
    assertThat(execs.container().process().written()).isEmpty();
  }

  @Test
  void lost_connection_is_reported_in_seconds_also_if_the_cluster_does_not_answer() {
    // Given
    Execs slow =
        new Execs(execs.container(), execs.clock(), Runnable::run, SILENT, FakeExecs.LIMITS);
    ExecHandle handle = slow.start(FakeExecs.MAIN, ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    assertThat(Place.await(handle).duration()).isLessThan(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void cancel_ends_an_exec_at_once_whose_container_is_being_read(
      ExecEnd end, Class<? extends Outcome> outcome) {
    // Given
    Execs slow =
        new Execs(execs.container(), execs.clock(), Runnable::run, SILENT, FakeExecs.LIMITS);
    ExecHandle handle = slow.start(FakeExecs.MAIN, ExecSpec.command("sleep", "100"));
    execs.container().process().announces(1).stdout("part").ends(end);
    assertThat(slow.running()).isEqualTo(1);

    // When
    handle.cancel();

    // Then
    assertThat(handle.result().toCompletableFuture())
        .isCompletedWithValueMatching(result -> outcome.isInstance(result.outcome()));
    assertThat(slow.running()).isZero();
    assertThat(slow.memory()).isZero();
  }

  static List<Arguments> ends() {
    return List.of(
        Arguments.of(new ExecEnd.Lost(FakeExecs.LOST), Outcome.ConnectionLost.class),
        Arguments.of(new ExecEnd.Exited(137), Outcome.ConnectionLost.class));
  }

  @Test
  void result_is_given_also_if_its_executor_is_shut_down() {
    // Given
    ExecutorService answers = Executors.newSingleThreadExecutor();
    Execs closed =
        new Execs(
            execs.container(),
            execs.clock(),
            answers,
            FakeExecs.ends(c -> Optional.empty()),
            FakeExecs.LIMITS);
    ExecHandle handle = closed.start(FakeExecs.MAIN, ExecSpec.command("true"));
    answers.shutdown();

    // When
    execs.container().process().announces(1).stderr("").ends(new ExecEnd.Exited(0));

    // Then
    Place.await(handle);
  }

  @Test
  void pod_found_gone_after_the_connection_broke_is_pod_gone() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"), 3);

    // When
    execs.container().process().announces(1).stdout("part").ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.podGone(GONE));
    assertThat(Texts.of(result.stdout())).isEqualTo("part");
  }

  @Test
  void command_killed_with_its_pod_is_pod_gone() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"), 1);

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.podGone(GONE));
  }

  @Test
  void killed_command_is_exited_if_its_container_still_runs() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.exited(137));
    assertThat(execs.container().probes()).hasSize(1);
  }

  @Test
  void killed_command_is_connection_lost_if_its_container_starts_nothing() {
    // Given
    execs.container().refuses(FakeExecs.refused(FailureCode.CONFLICT, "container not running"));
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).stdout("part").ends(new ExecEnd.Exited(137));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isInstanceOf(Outcome.ConnectionLost.class);
    assertThat(Texts.of(result.stdout())).isEqualTo("part");
  }

  @Test
  void killed_command_is_pod_gone_if_the_end_of_its_container_is_reported_later() {
    // Given
    execs.container().refuses(FakeExecs.refused(FailureCode.CONFLICT, "container not running"));
    ExecHandle handle = start(ExecSpec.command("sleep", "100"), 4);

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.podGone(GONE));
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFIG_ERROR", "NOT_FOUND", "CONFLICT", "CLUSTER_UNREACHABLE"})
  void refused_exec_is_a_conflict_if_the_container_has_ended(FailureCode code) {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // When
    execs.container().process().ends(FakeExecs.refused(code, "OCI runtime exec failed: EOF"));

    // Then
    assertConflict(handle);
  }

  /** Until the kubelet has reported the end, the API server says that the container runs. */
  @ParameterizedTest
  @EnumSource(names = {"CONFIG_ERROR", "NOT_FOUND"})
  void refused_exec_is_a_conflict_if_the_end_of_the_container_is_reported_later(FailureCode code) {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 4);

    // When
    execs.container().process().ends(FakeExecs.refused(code, "container not found (\"main\")"));

    // Then
    assertConflict(handle);
  }

  @Test
  void unanswered_exec_is_a_conflict_once_the_container_has_ended() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // Then
    assertConflict(handle);
  }

  @Test
  void unanswered_exec_without_a_shell_is_a_conflict_once_the_container_has_ended() {
    // Given
    ExecHandle handle = start(ExecSpec.command("/tool"), 1);
    String noShell = "exec: \"sh\": executable file not found in $PATH";

    // When
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, noShell));
    assertThat(execs.container().process().start().command()).containsExactly("/tool");

    // Then
    assertConflict(handle);
  }

  /** An API server accepts the channel before the runtime has started a process. */
  @Test
  void exec_whose_container_ends_before_its_start_is_confirmed_is_pod_gone_and_may_have_begun() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 3);

    // When
    FakeContainer.Process process = execs.container().process().opens();

    // Then
    assertMayHaveBegun(handle);
    Awaitility.await().until(process::closed);
  }

  @ParameterizedTest
  @MethodSource("unconfirmed")
  void exec_that_ends_with_its_container_unconfirmed_is_pod_gone_and_may_have_begun(ExecEnd end) {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // When
    execs.container().process().opens().ends(end);

    // Then
    assertMayHaveBegun(handle);
  }

  static List<ExecEnd> unconfirmed() {
    return List.of(new ExecEnd.Lost(FakeExecs.LOST), new ExecEnd.Exited(137));
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFIG_ERROR", "NOT_FOUND"})
  void exec_refused_after_its_channel_opened_is_a_conflict_if_the_container_has_ended(
      FailureCode code) {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // When
    execs.container().process().opens().ends(FakeExecs.refused(code, "container not running"));

    // Then
    assertConflict(handle);
  }

  @Test
  void unsupervised_exec_that_never_opened_is_a_conflict_if_the_container_has_ended() {
    // Given
    ExecHandle handle = start(ExecSpec.command("/tool"), 1);
    String noShell = "exec: \"sh\": executable file not found in $PATH";
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, noShell));
    assertThat(execs.container().process().start().command()).containsExactly("/tool");

    // When
    execs
        .container()
        .process()
        .ends(FakeExecs.refused(FailureCode.NOT_FOUND, "container not running"));

    // Then
    assertConflict(handle);
  }

  /**
   * @param known the first question about the pod to which the answer is that it is gone
   */
  private ExecHandle start(ExecSpec spec, int known) {
    AtomicInteger asked = new AtomicInteger();
    return execs
        .execs(
            c -> asked.incrementAndGet() < known ? Optional.empty() : Optional.of(GONE),
            FakeExecs.LIMITS)
        .start(FakeExecs.MAIN, spec);
  }

  private static void assertMayHaveBegun(ExecHandle handle) {
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.PodGone.class,
            gone -> {
              assertThat(gone.failure().code()).isEqualTo(GONE.code());
              assertThat(gone.failure().message()).contains(GONE.message(), "may have begun");
            });
  }

  private static void assertConflict(ExecHandle handle) {
    assertThatThrownBy(() -> Place.await(handle))
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.CONFLICT);
              assertThat(e.failure().message()).contains(GONE.message());
            });
  }

  @Test
  void exec_ends_although_the_state_of_the_pod_cannot_be_read() {
    // Given
    Function<ContainerRef, Optional<Failure>> broken =
        c -> {
          throw new IllegalStateException("no watch");
        };
    ExecHandle handle =
        execs.execs(broken, FakeExecs.LIMITS).start(FakeExecs.MAIN, ExecSpec.command("true"));

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.connectionLost(FakeExecs.LOST));
  }

  @Test
  void refusal_after_the_command_started_is_connection_lost() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));

    // When
    execs
        .container()
        .process()
        .announces(1)
        .ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, "runtime died"));

    // Then
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.ConnectionLost.class,
            o -> assertThat(o.failure().message()).contains("runtime died", "had begun"));
  }
}
