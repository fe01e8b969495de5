package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.SessionKey;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Running execs and results in use keep no more memory than the limit, ended ones none. */
class NothingKeptTest {
  private static final int MEMORY = 64 << 10;

  @AutoClose private final FakeExecs fakes = new FakeExecs();
  private final Execs execs = fakes.execs(c -> Optional.empty(), FakeExecs.limits(9, MEMORY));

  @Test
  void exec_that_has_ended_keeps_neither_input_nor_output_nor_timers() {
    // Given
    List<Runnable> cancellers = new ArrayList<>();
    WeakReference<byte[]> stdin = run(cancellers);
    fakes.container().forget();

    // Then
    assertThat(execs.memory()).isZero();
    assertThat(execs.running()).isZero();
    assertThat(((ScheduledThreadPoolExecutor) fakes.clock()).getQueue()).isEmpty();
    Awaitility.await()
        .until(
            () -> {
              System.gc();
              return stdin.get() == null;
            });
    assertThat(cancellers).hasSize(1);
  }

  /** Runs a command; its canceller is kept, as by the connection of a caller. */
  private WeakReference<byte[]> run(List<Runnable> cancellers) {
    byte[] stdin = new byte[1000];
    ExecHandle handle =
        execs.start(FakeExecs.MAIN, ExecSpec.command("cat").withStdin(Optional.of(stdin)));
    cancellers.add(handle.canceller());
    FakeContainer.Process process =
        fakes.container().process().announces(1).stdout("x".repeat(5000));
    assertThat(execs.memory()).isGreaterThanOrEqualTo(5000);
    process.ends(new ExecEnd.Exited(0));
    assertThat(Place.await(handle).outcome()).isEqualTo(Outcome.exited(0));
    return new WeakReference<>(stdin);
  }

  @Test
  void output_that_comes_after_the_answer_is_not_kept() {
    // Given
    Failure gone = Failure.of(FailureCode.EVICTED, "It was evicted.");
    Execs ending = fakes.execs(c -> Optional.of(gone), FakeExecs.limits(9, MEMORY));
    ExecHandle handle = ending.start(FakeExecs.MAIN, ExecSpec.command("yes"));
    FakeContainer.Process process = fakes.container().process().announces(1);
    process.ends(new ExecEnd.Lost(FakeExecs.LOST));
    Place.await(handle);

    // When
    process.stdout("y".repeat(5000)).stderr("y".repeat(5000));

    // Then
    assertThat(ending.memory()).isZero();
  }

  @Test
  void output_of_all_running_execs_is_cut_at_the_memory_limit() {
    // Given
    List<ExecHandle> handles = new ArrayList<>();
    List<FakeContainer.Process> processes = new ArrayList<>();

    // When
    for (int i = 0; i < 9; i++) {
      handles.add(execs.start(FakeExecs.MAIN, ExecSpec.command("yes")));
      processes.add(fakes.container().process().announces(1).stdout("y".repeat(16 << 10)));
      assertThat(execs.memory()).isLessThanOrEqualTo(MEMORY);
    }
    processes.forEach(process -> process.ends(new ExecEnd.Exited(0)));

    // Then
    ExecResult first = Place.await(handles.get(0));
    ExecResult last = Place.await(handles.get(8));
    assertThat(first.stdout().truncated()).isFalse();
    assertThat(last.stdout().truncated()).isTrue();
    assertThat(last.stdout().total()).isEqualTo(16 << 10);
    assertThat(execs.memory()).isZero();
  }

  private static ContainerRef of(String tenant) {
    SessionKey session = new SessionKey("local", tenant, "a");
    return new ContainerRef(
        "sessions",
        "pod",
        "main",
        Optional.of(new ContainerRef.Run(session, Instant.MAX, "uid", 0)));
  }

  private ExecResult print(String tenant, int length, AtomicLong inUse) {
    ExecHandle handle = execs.start(of(tenant), ExecSpec.command("yes"), inUse::addAndGet);
    FakeContainer.Process process =
        fakes.container().process().announces(1).stdout("y".repeat(length));
    process.ends(new ExecEnd.Exited(0));
    return Place.await(handle);
  }

  @Test
  void results_in_use_count_and_those_of_one_tenant_leave_memory_to_others() {
    // Given
    AtomicLong red = new AtomicLong();
    for (int i = 0; i < 9; i++) {
      // When
      ExecResult result = print("red", 16 << 10, red);

      // Then
      assertThat(result.outcome()).isEqualTo(Outcome.exited(0));
      assertThat(result.stdout().total()).isEqualTo(16 << 10);
      assertThat(result.stdout().truncated()).isEqualTo(i >= 3);
      assertThat(execs.memory()).isEqualTo(red.get()).isLessThanOrEqualTo(MEMORY * 3 / 4);
    }
    AtomicLong blue = new AtomicLong();
    assertThat(print("blue", 16 << 10, blue).stdout().truncated()).isFalse();

    // When
    execs.budget().giveBack("red", red.get());

    // Then
    assertThat(execs.memory()).isEqualTo(16 << 10);
    assertThat(print("red", 16 << 10, red).stdout().truncated()).isFalse();
  }

  @Test
  void exec_whose_result_cannot_be_made_fails_and_gives_back_its_place_and_memory() {
    // Given
    AtomicInteger places = new AtomicInteger(1);
    Shares memory = new Shares(MEMORY);
    RunningExec exec =
        new RunningExec(
            FakeExecs.MAIN,
            ExecSpec.command("yes"),
            new ExecContext(
                fakes.container(),
                fakes.clock(),
                Runnable::run,
                FakeExecs.ends(c -> Optional.empty()),
                FakeExecs.LIMITS,
                memory),
            ended -> places.decrementAndGet(),
            kept -> {});
    exec.start(Duration.ofMinutes(1));
    fakes.container().process().announces(1).stdout("y".repeat(5000));

    // When
    exec.answer(
        () -> {
          throw new OutOfMemoryError("Java heap space");
        });

    // Then
    assertThatThrownBy(() -> exec.result().toCompletableFuture().join())
        .hasMessageContainingAll("CONNECTION_LOST", "Java heap space", FakeExecs.MAIN.toString());
    assertThat(places).hasValue(0);
    assertThat(memory.used()).isZero();
    assertThat(((ScheduledThreadPoolExecutor) fakes.clock()).getQueue()).isEmpty();
  }
}
