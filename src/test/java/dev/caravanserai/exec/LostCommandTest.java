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
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A connection or a pod that goes away under a command is told as that, and nothing is run again.
 */
class LostCommandTest {
  private static final Failure GONE = Failure.of(FailureCode.EVICTED, "It was evicted.");

  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void aConnectionThatBreaksIsLostWithWhatWasWrittenAndNothingIsRunAgain() {
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
  void aPodThatIsFoundGoneALittleLaterIsGone() {
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
  void aCommandThatIsKilledWithItsPodIsGoneWithIt() {
    // Given
    ExecHandle handle = start(ExecSpec.command("sleep", "100"), 1);

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.podGone(GONE));
  }

  @Test
  void a_command_that_killed_itself_exits_once_something_can_be_started_beside_it() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.exited(137));
    assertThat(execs.container().probes()).hasSize(1);
  }

  @Test
  void a_killed_command_in_a_container_that_starts_nothing_any_more_is_no_exit() {
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
  void a_killed_command_is_gone_with_its_container_also_when_that_is_known_later() {
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
  void a_request_that_is_refused_because_the_container_has_ended_is_a_conflict(FailureCode code) {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // When
    execs.container().process().ends(FakeExecs.refused(code, "OCI runtime exec failed: EOF"));

    // Then
    assertConflict(handle);
  }

  @Test
  void a_request_that_the_cluster_never_answers_is_a_conflict_once_the_container_has_ended() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 1);

    // Then
    assertConflict(handle);
  }

  @Test
  void a_command_whose_container_ends_before_it_is_announced_is_not_left_waiting() {
    // Given
    ExecHandle handle = start(ExecSpec.command("true"), 3);

    // When
    FakeContainer.Process process = execs.container().process().opens();

    // Then
    assertConflict(handle);
    Awaitility.await().until(process::closed);
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
  void anAnswerComesAlsoWhenNobodyCanTellOfThePod() {
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
  void whatIsRefusedAfterItBeganIsLost() {
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
