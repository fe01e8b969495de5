package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.util.ArrayList;
import java.util.Collections;
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
  default void arguments_arrive_as_given(Place place) {
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
  default void exit_code_of_the_command_is_returned(Place place) {
    for (int code : CODES) {
      // When
      ExecResult plain = place.run(ExecSpec.script("exit " + code));
      ExecResult fed =
          place.run(ExecSpec.script("exit " + code).withStdin(Optional.of(new byte[100])));

      // Then
      assertThat(plain.outcome()).isEqualTo(Outcome.exited(code));
      assertThat(fed.outcome()).isEqualTo(Outcome.exited(code));
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  default void command_that_is_killed_exits_with_137(Place place) {
    assertThat(place.run(ExecSpec.script("kill -KILL $$")).outcome())
        .isEqualTo(Outcome.exited(137));
    ExecResult fed =
        place.run(ExecSpec.script("kill -KILL $$").withStdin(Optional.of(new byte[100])));
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(137));
    assertThat(fed.stderr().total()).isZero();
  }

  @ParameterizedTest
  @MethodSource("places")
  default void program_that_cannot_start_is_not_started(Place place) {
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
  default void command_runs_in_the_requested_directory(Place place) {
    assertThat(Texts.of(place.run(in("/tmp", "pwd")).stdout())).isEqualTo("/tmp\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void environment_is_visible_to_the_command_only(Place place) {
    // Given
    ExecSpec spec =
        ExecSpec.command("sh", "-c", "printf %s \"$A\"; printf %s \"$B\"; env | grep -c __cs_")
            .with(to -> to.env(Map.of("A", "x'\"\n$(id)\\n\r", "B", "")));

    // When
    ExecResult result = place.run(spec);

    // Then
    assertThat(Texts.of(result.stdout())).isEqualTo("x'\"\n$(id)\\n\r0\n");
  }

  /** Names that a shell drops, changes or reads, and the values that they have as given. */
  Map<String, String> SPECIAL =
      Map.ofEntries(
          Map.entry("my.var", "a dot"),
          Map.entry("a-b", "a dash\n"),
          Map.entry("-x", "an option"),
          Map.entry("OPTIND", "abc"),
          Map.entry("RANDOM", "r"),
          Map.entry("SECONDS", "s"),
          Map.entry("GROUPS", "g"),
          Map.entry("LINENO", "l"),
          Map.entry("FUNCNAME", "f"),
          Map.entry("SHELLOPTS", "xtrace:verbose"),
          Map.entry("IFS", "i"),
          Map.entry("PPID", "p"),
          Map.entry("UID", "u"),
          Map.entry("LC_ALL", "xx"),
          Map.entry("BASH_ENV", "/no/such"),
          Map.entry("ENV", "/no/such"),
          Map.entry("PS4", "+$(echo no)"));

  @ParameterizedTest
  @MethodSource("places")
  default void environment_with_any_names_reaches_the_program_unchanged(Place place) {
    // Given
    ExecSpec env = ExecSpec.command("env").with(to -> to.env(SPECIAL));

    // When
    ExecResult result = place.run(env);
    ExecResult fed = place.run(env.withStdin(Optional.of(new byte[10])));

    // Then
    SPECIAL.forEach(
        (name, value) ->
            assertThat("\n" + Texts.of(result.stdout()))
                .contains("\n" + name + "=" + value + "\n"));
    assertThat(Texts.of(result.stderr())).isEmpty();
    assertThat(result.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(Texts.of(fed.stdout())).hasSameSizeAs(Texts.of(result.stdout()));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void file_of_unknown_format_is_not_started(Place place) {
    // Given
    String file = "/tmp/no-format-" + Texts.seconds();
    prepare(place, "echo echo ran >" + file + " && chmod +x " + file);

    // When
    ExecResult result = place.run(ExecSpec.command(file));

    // Then
    assertThat(Texts.notStarted(result)).contains("exec: \"" + file + "\": exec format error");
    place.run(ExecSpec.command("rm", file));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void program_of_the_path_runs_instead_of_a_shell_builtin(Place place) {
    // Given
    String folder = "/tmp/own-" + Texts.seconds();
    prepare(
        place,
        "mkdir "
            + folder
            + " && cd "
            + folder
            + " && printf '#!/bin/sh\\necho own $1\\n' >ls && chmod +x ls");
    ExecSpec ls =
        ExecSpec.command("ls", "one").with(to -> to.env(Map.of("PATH", folder + ":/usr/bin:/bin")));

    // When
    ExecResult result = place.run(ls);

    // Then
    assertThat(Texts.of(result.stdout())).isEqualTo("own one\n");
    place.run(ExecSpec.command("rm", "-r", folder));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void a_program_with_an_equals_sign_in_its_name_runs(Place place) {
    // Given
    String file = "/tmp/a=b-" + Texts.seconds();
    prepare(place, "printf '#!/bin/sh\\necho ran $1\\n' >" + file + " && chmod +x " + file);

    // When
    ExecResult result = place.run(ExecSpec.command(file, "x y"));

    // Then
    assertThat(Texts.of(result.stdout())).isEqualTo("ran x y\n");
    place.run(ExecSpec.command("rm", file));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void script_that_begins_with_a_dash_or_plus_runs(Place place) {
    for (String sign : List.of("-", "+")) {
      // When
      ExecResult none = place.run(ExecSpec.script(sign + "no-such-command"));

      // Then
      assertThat(Texts.of(none.stderr())).contains(sign + "no-such-command");
      assertThat(none.outcome()).isEqualTo(Outcome.exited(127));
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  default void many_arguments_take_linear_time(Place place) {
    // Given
    String[] few = words(700);
    String[] many = words(7_000);

    // When
    ExecResult little = place.run(ExecSpec.command(few));
    ExecResult much = place.run(ExecSpec.command(many));

    // Then
    assertThat(much.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(much.stdout().total()).isEqualTo(7_000 * 250);
    assertThat(much.duration()).isLessThan(little.duration().multipliedBy(40).plusSeconds(2));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void arguments_above_the_limit_of_linux_are_not_started(Place place) {
    ExecResult result = place.run(ExecSpec.command(words(40_000)));

    assertThat(Texts.notStarted(result)).contains("argument list too long");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void command_that_prints_a_message_of_env_has_exited(Place place) {
    for (String script :
        List.of(
            "exec /usr/bin/env ./build.sh",
            "echo \"env: 'sh': No such file or directory\" >&2; exit 127",
            "echo \"env: can't execute 'sh': No such file or directory\" >&2; exit 127")) {
      // When
      ExecResult result = place.run(ExecSpec.command("sh", "-c", script));

      // Then
      assertThat(result.outcome()).as(script).isEqualTo(Outcome.exited(127));
      assertThat(Texts.of(result.stderr())).as(script).contains("env: ", "sh");
    }
  }

  /** Makes files, where the container's root is not read-only. */
  private static void prepare(Place place, String script) {
    assumeTrue(place.run(ExecSpec.script(script)).outcome().success(), "/tmp is read-only");
  }

  private static String[] words(int count) {
    List<String> words = new ArrayList<>(List.of("printf", "%s"));
    words.addAll(Collections.nCopies(count, "x".repeat(250)));
    return words.toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("places")
  default void script_arrives_unchanged(Place place) {
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
  default void script_may_be_longer_than_an_argument(Place place) {
    // Given
    String script = "# a line of a long script\n".repeat(8_000) + "cat; exit 9";

    // When
    ExecResult fed = place.run(ExecSpec.script(script).withStdin(Optional.of("in".getBytes())));
    ExecResult plain = place.run(ExecSpec.script("exit 3\n" + script));

    // Then
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(9));
    assertThat(Texts.of(fed.stdout())).isEqualTo("in");
    assertThat(plain.outcome()).isEqualTo(Outcome.exited(3));
  }

  @ParameterizedTest
  @MethodSource("places")
  default void script_of_many_lines_takes_linear_time(Place place) {
    // Given
    String few = ": a line\n".repeat(50_000) + "cat; exit 9";
    String many = ": a line\n".repeat(500_000) + "cat; exit 9";
    ExecResult little = place.run(ExecSpec.script(few));

    // When
    ExecResult plain = place.run(ExecSpec.script(many));
    ExecResult fed = place.run(ExecSpec.script(many).withStdin(Optional.of("in".getBytes())));

    // Then
    assertThat(Texts.of(fed.stdout())).isEqualTo("in");
    for (ExecResult much : List.of(plain, fed)) {
      assertThat(much.outcome()).isEqualTo(Outcome.exited(9));
      assertThat(much.duration()).isLessThan(little.duration().multipliedBy(30).plusSeconds(2));
    }
  }

  private static ExecSpec in(String dir, String... command) {
    return ExecSpec.command(command).with(to -> to.workingDir(Optional.ofNullable(dir)));
  }
}
