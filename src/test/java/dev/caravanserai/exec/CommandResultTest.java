package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Output and outcome of a command are exact, whatever its connection does. */
class CommandResultTest {
  @AutoClose private final FakeExecs execs = new FakeExecs();

  @Test
  void output_and_exit_code_of_the_command_are_returned() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));

    // When
    execs
        .container()
        .process()
        .announces(12)
        .stdout("out")
        .stderr("err")
        .ends(new ExecEnd.Exited(3));

    // Then
    ExecResult result = Place.await(handle);
    assertThat(result.execId()).isEqualTo(handle.execId()).matches("[0-9a-f]{32}");
    assertThat(result.outcome()).isEqualTo(Outcome.exited(3));
    assertThat(Texts.of(result.stdout())).isEqualTo("out");
    assertThat(Texts.of(result.stderr())).isEqualTo("err");
  }

  @Test
  void announcement_is_found_in_any_split_of_the_output() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));
    FakeContainer.Process process = execs.container().process().opens();

    // When
    (process.mark() + " 7\nab\n").chars().forEach(c -> process.stdout(Character.toString(c)));
    process.stderr("noise of a shell\n" + process.mark() + "\n");
    process.ends(new ExecEnd.Exited(0));

    // Then
    assertThat(Texts.of(Place.await(handle).stdout())).isEqualTo("ab\n");
  }

  @Test
  void url_contains_no_input_of_the_caller() {
    // Given
    execs.start(ExecSpec.command("one"));
    execs.start(ExecSpec.script("secret=two").withStdin(Optional.of("three".getBytes())));

    // Then
    assertThat(execs.container().processes().get(0).start())
        .isEqualTo(execs.container().process().start());
  }

  @Test
  void head_and_tail_of_too_much_output_are_kept() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("yes"));

    // When
    execs
        .container()
        .process()
        .announces(1)
        .stdout("a".repeat(10_000) + "b".repeat(10_000))
        .ends(new ExecEnd.Exited(0));

    // Then
    ExecResult.Output out = Place.await(handle).stdout();
    assertThat(Texts.of(out)).isEqualTo("a".repeat(8 << 10) + "b".repeat(8 << 10));
    assertThat(out.total()).isEqualTo(20_000);
    assertThat(out.truncated()).isTrue();
  }

  @Test
  void missing_status_is_not_a_success() {
    // Given
    ExecHandle handle = execs.start(ExecSpec.command("true"));

    // When
    execs.container().process().opens().ends(new ExecEnd.Exited(0));

    // Then
    assertThat(Place.await(handle).outcome()).isInstanceOf(Outcome.NotStarted.class);
  }
}
