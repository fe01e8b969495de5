package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancelled or timed-out command leaves nothing and returns its output. */
class EarlyEndTest {
  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void time_out_ends_its_processes_and_returns_what_was_written() {
    // Given
    Duration soon = Duration.ofMillis(20);
    execs.holdTime();
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100").withTimeout(soon));
    FakeContainer.Process process = execs.container().process().announces(42).stdout("part");

    // When
    execs.releaseTime();
    FakeContainer.Process killer = execs.killer();
    assertThat(handle.result().toCompletableFuture()).isNotDone();
    killer.opens();
    assertThat(killer.lines()).containsExactly(handle.execId(), "42", "2");
    killer.stdout("left 0\n").ends(new ExecEnd.Exited(0));
    process.stdout("ial").ends(new ExecEnd.Exited(143));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(soon));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial");
  }

  @ParameterizedTest
  @ValueSource(strings = {"left 2\n", ""})
  void a_command_of_which_processes_may_be_left_was_not_cancelled(String said) {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));
    FakeContainer.Process process = execs.container().process().announces(42);
    handle.cancel();

    // When
    execs.killer().opens().stdout(said).ends(new ExecEnd.Exited(said.isEmpty() ? 1 : 0));
    process.ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.ConnectionLost.class,
            o ->
                assertThat(o.failure().message())
                    .contains("was cancelled", "may still run", said.isEmpty() ? "1" : "2 of"));
  }

  @Test
  void channel_of_the_kill_that_opens_late_is_closed() {
    // Given
    execs.start(ExecSpec.command("sleep", "100")).cancel();
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));
    execs.container().process().announces(42);
    handle.cancel();

    // When
    FakeContainer.Process killer = execs.killer();
    killer.ends(new ExecEnd.Lost(FakeExecs.LOST));
    killer.opens();

    // Then
    assertThat(killer.closed()).isTrue();
    assertThat(killer.written()).isEmpty();
  }

  @Test
  void command_that_does_not_end_is_abandoned_after_the_kill() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));
    FakeContainer.Process process = execs.container().process().announces(42);
    handle.cancel();

    // When
    execs.killer().opens().stdout("left 0\n").ends(new ExecEnd.Exited(0));
    Awaitility.await().until(process::closed);
    process.ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
  }

  @Test
  void cancel_before_the_connection_is_up_starts_nothing() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("sleep", "100"));

    // When
    handle.cancel();

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
    FakeContainer.Process process = execs.container().process().opens();
    assertThat(process.closed()).isTrue();
    assertThat(process.written()).isEmpty();
    process.ends(new ExecEnd.Lost(FakeExecs.LOST));
    assertThat(execs.container().killers()).isEmpty();
  }

  @Test
  void late_cancel_changes_nothing() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));
    execs.container().process().announces(1).ends(new ExecEnd.Exited(0));

    // When
    handle.cancel();

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.exited(0));
    assertThat(execs.container().killers()).isEmpty();
  }
}
