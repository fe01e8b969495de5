package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a command reads and writes arrives byte for byte, wherever it runs. */
interface StreamPromises extends Places {
  @ParameterizedTest
  @MethodSource("places")
  default void standard_input_is_closed_after_its_last_byte(Place place) {
    byte[] some = new byte[1_000_003];
    assertThat(
            Texts.of(place.run(ExecSpec.command("wc", "-c").withStdin(Optional.of(some))).stdout()))
        .isEqualToIgnoringWhitespace("1000003");
    assertThat(
            Texts.of(
                place
                    .run(ExecSpec.command("wc", "-c").withStdin(Optional.of(new byte[0])))
                    .stdout()))
        .isEqualToIgnoringWhitespace("0");
    assertThat(Texts.of(place.run(ExecSpec.command("wc", "-c")).stdout()))
        .isEqualToIgnoringWhitespace("0");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void exit_code_is_returned_although_input_was_not_read(Place place) {
    // Given
    byte[] some = new byte[1_000_003];
    for (int i = 0; i < 5; i++) {
      // When
      ExecResult unread = place.run(ExecSpec.script("exit 7").withStdin(Optional.of(some)));
      ExecResult halfRead =
          place.run(ExecSpec.command("head", "-c", "70000").withStdin(Optional.of(some)));
      ExecResult none = place.run(ExecSpec.command("no-such-program").withStdin(Optional.of(some)));

      // Then
      assertThat(unread.outcome()).isEqualTo(Outcome.exited(7));
      assertThat(halfRead.outcome()).isEqualTo(Outcome.exited(0));
      assertThat(halfRead.stdout().total()).isEqualTo(70_000);
      assertThat(Texts.notStarted(none)).contains("no-such-program");
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  default void ten_megabytes_are_returned_unchanged_on_both_streams(Place place) {
    // Given
    byte[] random = new byte[10_000_000];
    new Random(7).nextBytes(random);

    // When
    ExecResult out = place.run(ExecSpec.command("cat").withStdin(Optional.of(random)));
    ExecResult err = place.run(ExecSpec.script("cat >&2; echo out").withStdin(Optional.of(random)));

    // Then
    assertThat(out.outcome()).isEqualTo(Outcome.exited(0));
    assertThat(out.stdout().bytes()).isEqualTo(random);
    assertThat(out.stderr().total()).isZero();
    assertThat(err.stderr().bytes()).isEqualTo(random);
    assertThat(Texts.of(err.stdout())).isEqualTo("out\n");
  }

  @ParameterizedTest
  @MethodSource("places")
  default void process_that_does_not_hold_the_output_is_not_awaited(Place place) {
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
}
