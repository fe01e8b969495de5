package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.ExecSpec.Encoding;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for commands wherever they run: the same tests for shells here and for containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ExecPromises {
  private static final List<Integer> CODES = List.of(0, 7, 126, 127, 137, 255);

  abstract Stream<Place> places();

  @ParameterizedTest
  @MethodSource("places")
  void argumentsArriveAsGiven(Place place) {
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
  void theExitCodeIsTheCommandsOwn(Place place) {
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
  void aCommandThatIsKilledExitsWith137(Place place) {
    assertThat(place.run(ExecSpec.script("kill -KILL $$")).outcome())
        .isEqualTo(Outcome.exited(137));
    ExecResult fed = place.run(ExecSpec.script("kill -KILL $$").withStdin(new byte[100]));
    assertThat(fed.outcome()).isEqualTo(Outcome.exited(137));
    assertThat(fed.stderr().total()).isZero();
  }

  @ParameterizedTest
  @MethodSource("places")
  void whatCannotStartIsSaidToBeNotStarted(Place place) {
    assertThat(notStarted(place.run(ExecSpec.command("no-such-program"))))
        .contains("exec: \"no-such-program\": executable file not found in $PATH");
    assertThat(notStarted(place.run(ExecSpec.command("/no/such/program"))))
        .contains("exec: \"/no/such/program\": stat /no/such/program: no such file or directory");
    assertThat(notStarted(place.run(ExecSpec.command("/etc/passwd"))))
        .contains("permission denied");
    assertThat(notStarted(place.run(ExecSpec.command("/tmp")))).contains("is a directory");
    assertThat(notStarted(place.run(ExecSpec.command("")))).contains("executable file not found");
    assertThat(notStarted(place.run(in("/no/such", "pwd"))))
        .contains("chdir to cwd (\"/no/such\"): no such file or directory");
    assertThat(notStarted(place.run(in("/etc/passwd", "pwd")))).contains("not a directory");
  }

  @ParameterizedTest
  @MethodSource("places")
  void itRunsWhereItIsAskedTo(Place place) {
    assertThat(Texts.of(place.run(in("/tmp", "pwd")).stdout())).isEqualTo("/tmp\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  void aScriptArrivesUnchanged(Place place) {
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
  void aScriptMayBeLongerThanAnArgument(Place place) {
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

  @ParameterizedTest
  @MethodSource("places")
  void standardInputEnds(Place place) {
    byte[] some = new byte[1_000_003];
    assertThat(Texts.of(place.run(ExecSpec.command("wc", "-c").withStdin(some)).stdout()))
        .isEqualToIgnoringWhitespace("1000003");
    assertThat(Texts.of(place.run(ExecSpec.command("wc", "-c").withStdin(new byte[0])).stdout()))
        .isEqualToIgnoringWhitespace("0");
    assertThat(Texts.of(place.run(ExecSpec.command("wc", "-c")).stdout()))
        .isEqualToIgnoringWhitespace("0");
  }

  @ParameterizedTest
  @MethodSource("places")
  void inputThatIsNotReadCostsNoExitCode(Place place) {
    // Given
    byte[] some = new byte[1_000_003];
    for (int i = 0; i < 5; i++) {
      // When
      ExecResult unread = place.run(ExecSpec.script("exit 7").withStdin(some));
      ExecResult halfRead = place.run(ExecSpec.command("head", "-c", "70000").withStdin(some));
      ExecResult none = place.run(ExecSpec.command("no-such-program").withStdin(some));

      // Then
      assertThat(unread.outcome()).isEqualTo(Outcome.exited(7));
      assertThat(halfRead.outcome()).isEqualTo(Outcome.exited(0));
      assertThat(halfRead.stdout().total()).isEqualTo(70_000);
      assertThat(notStarted(none)).contains("no-such-program");
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void tenMegabytesReturnByteForByteOnBothStreams(Place place) {
    // Given
    byte[] random = new byte[10_000_000];
    new Random(7).nextBytes(random);

    // When
    ExecResult out = place.run(ExecSpec.command("cat").withStdin(random));
    ExecResult err = place.run(ExecSpec.script("cat >&2; echo out").withStdin(random));

    // Then
    assertThat(out.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(out.stdout().bytes()).isEqualTo(random);
    assertThat(out.stderr().total()).isZero();
    assertThat(err.stderr().bytes()).isEqualTo(random);
    assertThat(Texts.of(err.stdout())).isEqualTo("out\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  void environmentIsTheCommandsOnly(Place place) {
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
  void aTimeOutLeavesNoProcess(Place place) {
    // Given
    String token = Texts.seconds();
    String script =
        ("trap '' TERM; setsid sh -c \"trap '' TERM; while :; do sleep %1$s; done\" &"
                + " env -i setsid sleep %1$s & echo partial; sleep %1$s; sleep %1$s")
            .formatted(token);

    // When
    ExecResult result = place.run(ExecSpec.script(script).withTimeout(Duration.ofSeconds(1)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(Duration.ofSeconds(1)));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial\n");
    assertThat(result.duration()).isLessThan(Duration.ofSeconds(10));
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  void aTimeOutAlsoEndsACommandThatIsFed(Place place) {
    // Given
    String token = Texts.seconds();
    ExecSpec spec = ExecSpec.script("echo partial; sleep " + token).withStdin(new byte[200_000]);

    // When
    ExecResult result = place.run(spec.withTimeout(Duration.ofSeconds(1)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(Duration.ofSeconds(1)));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial\n");
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  void whatHoldsTheOutputIsWaitedForAndEndedByTheTimeOut(Place place) {
    // Given
    String token = Texts.seconds();
    String script = "sleep " + token + " & echo done";

    // When
    ExecResult result = place.run(ExecSpec.script(script).withTimeout(Duration.ofSeconds(1)));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(Duration.ofSeconds(1)));
    assertThat(Texts.of(result.stdout())).isEqualTo("done\n");
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  void whatDoesNotHoldTheOutputIsNotWaitedFor(Place place) {
    // Given
    String token = Texts.seconds();
    String script = "sleep " + token + " >/dev/null 2>&1 </dev/null & echo $!; exit 5";

    // When
    ExecResult result = place.run(ExecSpec.script(script));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.exited(5));
    assertThat(place.processes()).contains("sleep " + token);
    place.run(ExecSpec.command("kill", "-KILL", Texts.of(result.stdout()).strip()));
    Awaitility.await().until(() -> !place.processes().contains(token));
  }

  @ParameterizedTest
  @MethodSource("places")
  void cancelEndsItWithItsProcesses(Place place) {
    // Given
    String token = Texts.seconds();
    ExecHandle handle = place.start(ExecSpec.command("sleep", token));
    Awaitility.await().until(() -> place.processes().contains(token));

    // When
    handle.cancel();

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  void aCancelAtAnyMomentLeavesNoProcess(Place place) {
    String token = Texts.seconds();
    for (int i = 0; i < 12; i++) {
      // Given
      ExecHandle handle = place.start(ExecSpec.command("sleep", token));

      // When
      long until = System.nanoTime() + i * 6_000_000L;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      handle.cancel();

      // Then
      assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.cancelled());
    }
    Awaitility.await().untilAsserted(() -> assertThat(place.processes()).doesNotContain(token));
  }

  static ExecSpec in(String dir, String... command) {
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

  static String notStarted(ExecResult result) {
    assertThat(result.outcome()).isInstanceOf(Outcome.NotStarted.class);
    assertThat(result.stdout().total() + result.stderr().total()).isZero();
    return ((Outcome.NotStarted) result.outcome()).failure().message();
  }
}
