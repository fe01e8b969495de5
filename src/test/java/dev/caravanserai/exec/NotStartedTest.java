package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A command that was not started differs from a failed one and from one that was not sent. */
class NotStartedTest {
  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void command_that_the_supervisor_cannot_start_is_not_started() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("nope"));

    // When
    FakeContainer.Process process = execs.container().process().announces(1);
    process.stderr(process.mark() + "! exec: \"nope\": not found\n").ends(new ExecEnd.Exited(127));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isInstanceOf(Outcome.NotStarted.class);
    assertThat(result.stdout().total()).isZero();
  }

  @Test
  void command_that_the_runtime_refuses_is_not_started() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));

    // When
    execs
        .container()
        .process()
        .ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, "exec user: no such user"));

    // Then
    assertThat(Place.await(handle).outcome()).isInstanceOf(Outcome.NotStarted.class);
  }

  @Test
  void exec_that_could_not_be_sent_fails() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));

    // When
    execs
        .container()
        .process()
        .ends(FakeExecs.refused(FailureCode.NOT_FOUND, "pods \"pod\" not found"));

    // Then
    assertThatThrownBy(() -> Place.await(handle))
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void exec_above_the_limit_is_rejected_at_once_until_another_ends() {
    // Given
    Execs one = execs.execs(c -> Optional.empty(), FakeExecs.limits(1, 1 << 20));
    ExecHandle first = one.start(FakeExecs.MAIN, ExecSpec.command("true"));

    // When
    assertThatThrownBy(() -> one.start(FakeExecs.MAIN, ExecSpec.command("true")))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.LIMIT_REACHED));
    execs.container().process().announces(1).ends(new ExecEnd.Exited(0));
    Place.await(first);

    // Then
    assertThat(one.start(FakeExecs.MAIN, ExecSpec.command("true"))).isNotNull();
  }

  @Test
  void permit_is_released_if_the_open_call_throws() {
    // Given
    List<ExecOpener> openers =
        List.of(
            (start, listener) -> {
              throw new IllegalStateException("no token");
            },
            (start, listener) -> {
              throw new LinkageError("no token");
            });
    for (ExecOpener opener : openers) {
      Execs one =
          new Execs(
              opener,
              execs.clock(),
              Runnable::run,
              FakeExecs.ends(c -> Optional.empty()),
              FakeExecs.limits(1, 1 << 20));

      // When
      ExecHandle handle = one.start(FakeExecs.MAIN, ExecSpec.command("true"));

      // Then
      assertThatThrownBy(() -> Place.await(handle))
          .cause()
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> {
                assertThat(e.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE);
                assertThat(e.failure().message()).contains("no token");
              });
      assertThat(one.running()).isZero();
    }
  }

  @Test
  void time_out_longer_than_the_longest_is_rejected() {
    assertThatThrownBy(
            () -> execs.start(ExecSpec.command("true").withTimeout(Duration.ofMinutes(21))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("/timeoutSeconds")
        .hasMessageContaining("1260 s; the longest is 1200 s (caravanserai.exec.max-timeout)");
    assertThat(execs.container().processes()).isEmpty();
  }

  @Test
  void invalid_arguments_are_rejected_before_anything_runs() {
    for (ExecSpec bad :
        List.of(
            ExecSpec.command("printf", "a\0b"),
            ExecSpec.script("a\0b"),
            ExecSpec.command("printf", "x".repeat(131_072)))) {
      assertThatThrownBy(() -> execs.start(bad)).isInstanceOf(InvalidRequestException.class);
    }
    assertThat(execs.container().processes()).isEmpty();
  }
}
