package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * In a container without a shell a command runs all the same, and what needs one is not started.
 */
class NoShellTest {
  private static final String NO_SHELL =
      "OCI runtime exec failed: exec: \"sh\": executable file not found in $PATH: unknown";

  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void command_runs_without_a_supervisor_if_the_image_has_no_shell() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("/server", "--version"));

    // When
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, NO_SHELL));
    execs.container().process().opens().stdout("1.0\n").ends(new ExecEnd.Exited(2));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.outcome()).isEqualTo(Outcome.exited(2));
    assertThat(Texts.of(result.stdout())).isEqualTo("1.0\n");
    assertThat(execs.container().process().start().command())
        .containsExactly("/server", "--version");
    assertThat(execs.container().process().written()).isEmpty();
  }

  @Test
  void script_is_not_started_if_the_image_has_no_shell() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.script("echo"));

    // When
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, NO_SHELL));

    // Then
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.NotStarted.class,
            o -> assertThat(o.failure().message()).contains("no sh", "a script"));
    assertThat(execs.container().processes()).hasSize(1);
  }

  @Test
  void time_out_is_reported_if_the_image_has_no_shell() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("/server"));
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, NO_SHELL));
    FakeContainer.Process process = execs.container().process().opens().stdout("up");

    // When
    handle.cancel();
    Awaitility.await().until(process::closed);
    process.ends(new ExecEnd.Lost(FakeExecs.LOST));

    // Then
    assertUnknown(handle);
    assertThat(execs.container().killers()).isEmpty();
  }

  @Test
  void without_a_shell_a_command_that_may_start_after_its_end_is_no_success_of_that_end() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("/server"));
    execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, NO_SHELL));

    // When
    handle.cancel();

    // Then
    assertUnknown(handle);
    assertThat(execs.container().process().opens().closed()).isTrue();
  }

  @Test
  void without_a_shell_a_command_cancelled_before_its_own_start_is_not_started_afterwards() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("/server"));
    Logger log = (Logger) LoggerFactory.getLogger(RunningExec.class);
    AppenderBase<ILoggingEvent> meanwhile =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            handle.cancel();
          }
        };
    meanwhile.start();
    log.addAppender(meanwhile);

    // When
    try {
      execs.container().process().ends(FakeExecs.refused(FailureCode.CONFIG_ERROR, NO_SHELL));
    } finally {
      log.detachAppender(meanwhile);
    }

    // Then
    assertUnknown(handle);
    assertThat(execs.container().processes()).hasSize(1);
  }

  private static void assertUnknown(ExecHandle handle) {
    assertThat(Place.await(handle).outcome())
        .isInstanceOfSatisfying(
            Outcome.ConnectionLost.class,
            o -> assertThat(o.failure().message()).contains("was cancelled", "no sh"));
  }
}
