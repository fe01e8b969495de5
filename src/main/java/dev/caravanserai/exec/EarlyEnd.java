package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;

/**
 * Ends a command before its own end: its processes first, then its channel. The outcome is given
 * when both are gone; it is connectionLost if processes may be left. A process that the command
 * left behind and that holds its output counts as the command's, as it does in Kubernetes: the exec
 * lasts as long as it does.
 */
final class EarlyEnd {
  static final String NO_SHELL = "its image has no sh to end them with";

  private static final long LAST_OUTPUT_MS = 2_000;
  private static final long ANNOUNCED_WITHIN_MS = 10_000;
  private static final long LOOK_AGAIN_MS = 50;

  private final RunningExec exec;
  private final ExecContext context;
  private final SupervisedOutput output;
  private final ExecChannel channel;
  private final Outcome wanted;
  private Optional<Outcome> outcome = Optional.empty();
  private boolean channelEnded;

  /**
   * @param wanted the outcome if no process is left
   */
  EarlyEnd(
      RunningExec exec,
      ExecContext context,
      SupervisedOutput output,
      ExecChannel channel,
      Outcome wanted) {
    this.exec = exec;
    this.context = context;
    this.output = output;
    this.channel = channel;
    this.wanted = wanted;
  }

  /** The outcome where processes may be left. */
  static Outcome unknown(ContainerRef container, Outcome wanted, String why) {
    return Outcome.connectionLost(
        Failure.of(
            FailureCode.CONNECTION_LOST,
            "The command in %s %s, but processes of it may still run: %s. Stop the session to end them for certain."
                .formatted(
                    container,
                    wanted instanceof Outcome.TimedOut ? "reached its time-out" : "was cancelled",
                    why.replaceFirst("\\.$", ""))));
  }

  void begin() {
    if (output.supervised()) {
      killOnceAnnounced(ANNOUNCED_WITHIN_MS / LOOK_AGAIN_MS);
    } else {
      left(NO_SHELL);
    }
  }

  void channelEnded() {
    synchronized (this) {
      channelEnded = true;
    }
    answerOnceAllIsGone();
  }

  private synchronized boolean hasChannel() {
    return !channelEnded;
  }

  private void killOnceAnnounced(long looks) {
    Optional<Integer> session = output.processId();
    boolean silent = session.isEmpty() && hasChannel();
    if (silent && looks > 0) {
      context.later(() -> killOnceAnnounced(looks - 1), LOOK_AGAIN_MS);
      return;
    }
    if (silent) {
      // A supervisor that loses its input in the middle of the request starts nothing.
      channel.close();
    }
    ShortExec.kill(
            context.opener(),
            exec.container(),
            exec.execId(),
            session.orElse(0),
            context.limits().grace())
        .thenAccept(
            left ->
                left.or(() -> Optional.of("its start was not confirmed").filter(s -> silent))
                    .ifPresentOrElse(this::left, () -> gone(wanted)));
  }

  /** Nothing is left of a container that has ended. */
  private void left(String why) {
    context
        .ended(exec.container(), ExecContext.ANSWER_WITHIN_MS)
        .thenAccept(
            ended -> gone(ended.isPresent() ? wanted : unknown(exec.container(), wanted, why)));
  }

  private void gone(Outcome known) {
    synchronized (this) {
      outcome = Optional.of(known);
    }
    answerOnceAllIsGone();
    context.later(channel::close, LAST_OUTPUT_MS);
  }

  private void answerOnceAllIsGone() {
    Optional<Outcome> known;
    synchronized (this) {
      known = outcome.filter(o -> channelEnded);
    }
    known.ifPresent(exec::answer);
  }
}
