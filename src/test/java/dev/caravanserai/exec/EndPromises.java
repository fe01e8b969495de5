package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A command that is ended leaves no process, wherever it runs, and returns what it wrote. */
interface EndPromises extends Places {
  @ParameterizedTest
  @MethodSource("places")
  default void time_out_leaves_no_process(Place place) {
    // Given
    String token = Texts.seconds();
    Duration enough = place.enough();
    String script =
        ("trap '' TERM; setsid sh -c \"trap '' TERM; while :; do sleep %1$s; done\" &"
                + " (setsid sleep %1$s &); env -i setsid sleep %1$s & echo partial;"
                + " sleep %1$s; sleep %1$s")
            .formatted(token);

    // When
    ExecResult result = place.run(ExecSpec.script(script).withTimeout(enough));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(enough));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial\n");
    assertThat(result.duration()).isLessThan(enough.plusSeconds(60));
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  default void time_out_also_ends_a_command_that_is_fed(Place place) {
    // Given
    String token = Texts.seconds();
    Duration enough = place.enough();
    ExecSpec spec =
        ExecSpec.script("echo partial; sleep " + token).withStdin(Optional.of(new byte[200_000]));

    // When
    ExecResult result = place.run(spec.withTimeout(enough));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(enough));
    assertThat(Texts.of(result.stdout())).isEqualTo("partial\n");
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  default void process_that_holds_the_output_is_awaited_and_killed_by_the_time_out(Place place) {
    // Given
    String token = Texts.seconds();
    Duration enough = place.enough();
    String script = "sleep " + token + " & echo done";

    // When
    ExecResult result = place.run(ExecSpec.script(script).withTimeout(enough));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(enough));
    assertThat(Texts.of(result.stdout())).isEqualTo("done\n");
    assertThat(place.processes()).doesNotContain(token);
  }

  @ParameterizedTest
  @MethodSource("places")
  default void cancel_kills_the_command_with_its_processes(Place place) {
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
  default void cancel_at_any_moment_leaves_no_process(Place place) {
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
}
