package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.ExecSpec.Encoding;
import dev.caravanserai.session.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A command is run as it was given, wherever it runs, and its end is its own. */
interface CommandPromises extends Places {
  List<Integer> CODES = List.of(0, 7, 126, 127, 137, 255);

  @ParameterizedTest
  @MethodSource("places")
  default void argumentsArriveAsGiven(Place place) {
    // Given
    List<String> nasty =
        List.of("a b;$(id)", "", "'\"`\\", "tail\n\n", "cr\r\n", "ünïcödé ☃", "-n", "*", "+=\n+");
    List<String> argv = new ArrayList<>(List.of("printf", "%s|"));
    argv.addAll(nasty);

    // When
    ExecResult result = place.run(ExecSpec.command(argv.toArray(String[]::new)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(Texts.of(result.stdout())).isEqualTo(String.join("|", nasty) + "|");
    assertThat(Texts.of(result.stderr())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("places")
  default void theExitCodeIsTheCommandsOwn(Place place) {
    for (int code : CODES) {
      // When
      ExecResult plain = place.run(ExecSpec.script("exit " + code));
      ExecResult fed = place.run(ExecSpec.script("exit " + code).withStdin(new byte[100]));

      // Then
      assertThat(plain.outcome()).isEqualTo(Outcome.exited(code));
      assertThat(fed.outcome()).isEqualTo(Outcome.exited(code));
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  default void aCommandThatIsKilledExitsWith137(Place place) {
    assertThat(place.run(ExecSpec.script("kill -KILL $$")).outcome())
        .isEqualTo(Outcome.exited(137));
    ExecResult fed = place.run(ExecSpec.script("kill -KILL $$").withStdin(new byte[100]));
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(137));
    assertThat(fed.stderr().total()).isZero();
  }

  @ParameterizedTest
  @MethodSource("places")
  default void whatCannotStartIsSaidToBeNotStarted(Place place) {
    assertThat(Texts.notStarted(place.run(ExecSpec.command("no-such-program"))))
        .contains("exec: \"no-such-program\": executable file not found in $PATH");
    assertThat(Texts.notStarted(place.run(ExecSpec.command("/no/such/program"))))
        .contains("exec: \"/no/such/program\": stat /no/such/program: no such file or directory");
    assertThat(Texts.notStarted(place.run(ExecSpec.command("/etc/passwd"))))
        .contains("permission denied");
    assertThat(Texts.notStarted(place.run(ExecSpec.command("/tmp")))).contains("is a directory");
    assertThat(Texts.notStarted(place.run(ExecSpec.command(""))))
        .contains("executable file not found");
    assertThat(Texts.notStarted(place.run(in("/no/such", "pwd"))))
        .contains("chdir to cwd (\"/no/such\"): no such file or directory");
    assertThat(Texts.notStarted(place.run(in("/etc/passwd", "pwd")))).contains("not a directory");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void itRunsWhereItIsAskedTo(Place place) {
    assertThat(Texts.of(place.run(in("/tmp", "pwd")).stdout())).isEqualTo("/tmp\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void environmentIsTheCommandsOnly(Place place) {
    // Given
    ExecSpec spec =
        new ExecSpec(
            List.of("sh", "-c", "printf %s \"$A\"; printf %s \"$B\"; env | grep -c __cs_"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of("A", "x'\"\n$(id)\\n\r", "B", ""),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Encoding.UTF8);

    // When
    ExecResult result = place.run(spec);

    // Then
    assertThat(Texts.of(result.stdout())).isEqualTo("x'\"\n$(id)\\n\r0\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void aScriptArrivesUnchanged(Place place) {
    // Given
    String script =
        "x='it''s'; echo \"$x\" | tr a-z A-Z\ncat <<'EOF'\n$HOME `id` ☃ \\n\r\nEOF\n"
            + "printf '%s' \"$#\"";

    // When
    ExecResult result = place.run(ExecSpec.script(script));

    // Then
    assertThat(Texts.of(result.stdout())).isEqualTo("ITS\n$HOME `id` ☃ \\n\r\n0");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void aScriptMayBeLongerThanAnArgument(Place place) {
    // Given
    String script = "# a line of a long script\n".repeat(8_000) + "cat; exit 9";

    // When
    ExecResult fed = place.run(ExecSpec.script(script).withStdin("in".getBytes()));
    ExecResult plain = place.run(ExecSpec.script("exit 3\n" + script));

    // Then
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(9));
    assertThat(Texts.of(fed.stdout())).isEqualTo("in");
    assertThat(plain.outcome()).isEqualTo(Outcome.exited(3));
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
}
