package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerEnds;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** Execs in a container in which a test says what happens, and when time passes. */
final class FakeExecs implements AutoCloseable {
  static final ContainerRef MAIN = new ContainerRef("sessions", "pod", "main");
  static final Failure LOST = Failure.of(FailureCode.CONNECTION_LOST, "It was lost.");
  static final ExecLimits LIMITS = limits(9, 1 << 20);

  private final FakeContainer container = new FakeContainer();
  private final Clock clock = new Clock();

  FakeContainer container() {
    return container;
  }

  static ExecLimits limits(int parallel, long memory) {
    return new ExecLimits(
        Duration.ofMinutes(10),
        Duration.ofMinutes(20),
        16 << 10,
        memory,
        Duration.ofMillis(200),
        parallel);
  }

  ExecHandle start(ExecSpec spec) {
    return execs(c -> Optional.empty(), LIMITS).start(MAIN, spec);
  }

  Execs execs(Function<ContainerRef, Optional<Failure>> gone, ExecLimits limits) {
    return new Execs(container, clock, Runnable::run, ends(gone), limits);
  }

  static ContainerEnds ends(Function<ContainerRef, Optional<Failure>> gone) {
    return new ContainerEnds() {
      @Override
      public Optional<Failure> known(ContainerRef container) {
        return gone.apply(container);
      }

      @Override
      public CompletionStage<Optional<Failure>> ask(ContainerRef container) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
    };
  }

  ScheduledExecutorService clock() {
    return clock;
  }

  /** What ends the processes of another, once it is started. */
  FakeContainer.Process killer() {
    Awaitility.await().until(() -> !container.killers().isEmpty());
    return container.killers().get(0);
  }

  /** Until it is released, nothing is due that is planned from now on. */
  void holdTime() {
    clock.passes = new CompletableFuture<>();
  }

  void releaseTime() {
    clock.passes.complete(null);
  }

  static ExecEnd refused(FailureCode code, String words) {
    return new ExecEnd.Refused(Failure.of(code, words));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private static final class Clock extends ScheduledThreadPoolExecutor {
    private volatile CompletableFuture<Void> passes = CompletableFuture.completedFuture(null);

    Clock() {
      super(1);
      setRemoveOnCancelPolicy(true);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      CompletableFuture<Void> held = passes;
      return super.schedule(() -> held.thenRun(task), delay, unit);
    }
  }
}
