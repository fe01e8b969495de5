package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.session.Failure;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all execs of one cluster share. */
record ExecSurroundings(
    ExecOpener opener,
    Killer killer,
    ScheduledExecutorService scheduler,
    Executor answers,
    Function<ContainerRef, Optional<Failure>> gone) {
  private static final Logger LOG = LoggerFactory.getLogger(ExecSurroundings.class);

  /** Why a container is no longer there; empty while it is, and when nobody can tell. */
  Optional<Failure> goneFrom(ContainerRef container) {
    try {
      return gone.apply(container);
    } catch (RuntimeException unknown) {
      LOG.warn(
          "container={} may be gone or not, so a lost exec is told as connectionLost: {}",
          container,
          unknown.toString());
      return Optional.empty();
    }
  }

  /** Runs something later; at once when all is being shut down, so that no answer is left out. */
  void later(Runnable what, long ms) {
    try {
      scheduler.schedule(what, ms, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException shutDown) {
      what.run();
    }
  }
}
