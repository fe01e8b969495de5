package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

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
    AtomicInteger asked = new AtomicInteger();
    ExecHandle handle =
        execs
            .execs(
                c -> asked.incrementAndGet() < 3 ? Optional.empty() : Optional.of(GONE),
                FakeExecs.LIMITS)
            .start(FakeExecs.MAIN, ExecSpec.command("sleep", "100"));

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
    ExecHandle handle =
        execs
            .execs(c -> Optional.of(GONE), FakeExecs.LIMITS)
            .start(FakeExecs.MAIN, ExecSpec.command("sleep", "100"));

    // When
    execs.container().process().announces(1).ends(new ExecEnd.Exited(137));

    // Then
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.podGone(GONE));
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
