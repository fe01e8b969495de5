package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Decides what the end of a channel means for its command. If the container may have ended, the
 * cluster is asked first, for {@value #DELAY_MS} ms at most; meanwhile {@link #settle} ends the
 * exec at once. Thread-safe.
 */
final class Verdict {
  /** The kubelet reports the end of a container with a delay of a second or two. */
  private static final long DELAY_MS = 3_000;

  private static final long LOOK_AGAIN_MS = 250;

  /** SIGKILL and SIGTERM, which processes get when their container ends. */
  private static final Set<Integer> KILLED = Set.of(137, 143);

  /** A runtime's messages about the command rather than its container. */
  private static final Pattern OF_THE_COMMAND =
      Pattern.compile("(?s).*(exec: \"|no such user|unable to find user|chdir to cwd).*");

  private static final Set<FailureCode> MAYBE_ENDED =
      Set.of(
          FailureCode.CONFIG_ERROR,
          FailureCode.CONFLICT,
          FailureCode.NOT_FOUND,
          FailureCode.CLUSTER_UNREACHABLE);

  /** What a kubelet says of a container whose end it has not yet reported. */
  private static final Set<FailureCode> REPORTED_LATER =
      Set.of(FailureCode.CONFIG_ERROR, FailureCode.NOT_FOUND);

  private final RunningExec exec;
  private final ExecContext context;
  private final SupervisedOutput output;

  /** The answer as far as is known now. */
  private volatile Runnable soFar = () -> {};

  private volatile boolean settled;

  Verdict(RunningExec exec, ExecContext context, SupervisedOutput output) {
    this.exec = exec;
    this.context = context;
    this.output = output;
  }

  /** Gives the exec its outcome, at once or after reads of the container. */
  void give(ExecEnd end) {
    if (end instanceof ExecEnd.Exited exited) {
      exited(exited.code());
    } else if (end instanceof ExecEnd.Lost lost) {
      lost(lost.failure());
    } else if (end instanceof ExecEnd.Refused refused) {
      refused(refused.failure());
    }
  }

  /** Gives the exec the outcome that is known so far, if none was given yet. */
  void settle() {
    settled = true;
    soFar.run();
  }

  private void exited(int code) {
    Optional<String> why = output.notStarted();
    if (why.isPresent()) {
      notStarted(why.get());
    } else if (output.started() && !KILLED.contains(code)) {
      exec.answer(Outcome.exited(code));
    } else {
      known(() -> exitedUnknown(code));
      look(System.nanoTime(), () -> ifAlive(code));
    }
  }

  /** A process that can be started in the container proves that it has not ended. */
  private void ifAlive(int code) {
    ShortExec.alive(context.opener(), exec.container())
        .thenAccept(
            alive -> {
              if (!alive) {
                unlessEnded(DELAY_MS, () -> exitedUnknown(code));
              } else if (output.started()) {
                exec.answer(Outcome.exited(code));
              } else {
                notStarted("its supervisor ended first, with " + code + ": " + output.words());
              }
            });
  }

  private void exitedUnknown(int code) {
    exec.answer(
        Outcome.connectionLost(
            Failure.of(
                FailureCode.CONNECTION_LOST,
                ("The cluster reports that a command in %s ended with %d, but nothing could be"
                        + " started there afterwards, so its container may have ended. Look at the"
                        + " session before running it again.")
                    .formatted(exec.container(), code))));
  }

  private void lost(Failure failure) {
    unlessEnded(DELAY_MS, () -> exec.answer(Outcome.connectionLost(failure)));
  }

  private void refused(Failure failure) {
    if (output.processId().isPresent()) {
      lost(
          new Failure(
              FailureCode.CONNECTION_LOST,
              failure.message() + " It had begun; look whether it still runs.",
              failure.reason(),
              failure.events()));
    } else if (!MAYBE_ENDED.contains(failure.code())
        || OF_THE_COMMAND.matcher(failure.message()).matches()) {
      neverBegun(failure);
    } else {
      unlessEnded(
          REPORTED_LATER.contains(failure.code()) ? DELAY_MS : 0, () -> neverBegun(failure));
    }
  }

  private void neverBegun(Failure failure) {
    if (failure.code() == FailureCode.CONFIG_ERROR) {
      exec.answer(Outcome.notStarted(failure));
    } else {
      exec.fail(failure);
    }
  }

  private void known(Runnable answer) {
    soFar = answer;
    if (settled) {
      answer.run();
    }
  }

  /**
   * Checks whether the container has ended.
   *
   * @param ms how long; 0 for one look
   * @param otherwise gives the outcome if it has not
   */
  private void unlessEnded(long ms, Runnable otherwise) {
    known(otherwise);
    look(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms), otherwise);
  }

  private void look(long deadline, Runnable otherwise) {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    context
        .ended(exec.container(), left > 0 ? left : ExecContext.ANSWER_WITHIN_MS)
        .thenAccept(
            ended -> {
              if (ended.isPresent()) {
                exec.containerEnded(ended.get());
              } else if (System.nanoTime() + LOOK_AGAIN_MS * 1_000_000 >= deadline) {
                otherwise.run();
              } else {
                context.later(() -> look(deadline, otherwise), LOOK_AGAIN_MS);
              }
            });
  }

  private void notStarted(String why) {
    exec.answer(
        Outcome.notStarted(
            Failure.of(
                FailureCode.CONFIG_ERROR,
                "The command was not started in " + exec.container() + ": " + why.strip())));
  }
}
