package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a command before its own end: its processes first, then its channel. The outcome is given
 * when both are gone. A process that the command left behind and that holds its output counts as
 * the command's, as it does in Kubernetes: the exec lasts as long as it does.
 */
final class EarlyEnd {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyEnd.class);
  private static final long LAST_OUTPUT_MS = 2_000;
  private static final long ANNOUNCED_WITHIN_MS = 3_000;
  private static final long LOOK_AGAIN_MS = 50;

  private final RunningExec exec;
  private final ExecContext context;
  private final SupervisedOutput output;
  private final ExecChannel channel;
  private final Outcome outcome;
  private boolean channelEnded;
  private boolean processesGone;

  EarlyEnd(
      RunningExec exec,
      ExecContext context,
      SupervisedOutput output,
      ExecChannel channel,
      Outcome outcome) {
    this.exec = exec;
    this.context = context;
    this.output = output;
    this.channel = channel;
    this.outcome = outcome;
  }

  void begin() {
    if (output.supervised()) {
      killOnceAnnounced(ANNOUNCED_WITHIN_MS / LOOK_AGAIN_MS);
    } else {
      warn("its image has no sh to end them with");
      processesGone();
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
    if (session.isEmpty() && hasChannel() && looks > 0) {
      context.later(() -> killOnceAnnounced(looks - 1), LOOK_AGAIN_MS);
      return;
    }
    if (session.isEmpty()) {
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
            left -> {
              left.ifPresent(this::warn);
              processesGone();
            });
  }

  private void processesGone() {
    synchronized (this) {
      processesGone = true;
    }
    answerOnceAllIsGone();
    context.later(channel::close, LAST_OUTPUT_MS);
  }

  private void answerOnceAllIsGone() {
    boolean gone;
    synchronized (this) {
      gone = channelEnded && processesGone;
    }
    if (gone) {
      exec.answer(outcome);
    }
  }

  private void warn(String why) {
    context
        .ended(exec.container())
        .thenAccept(
            ended -> {
              if (ended.isEmpty()) {
                LOG.warn(
                    "exec={} container={} {}, but processes of it may be left: {}. Stop the session"
                        + " to end them for certain.",
                    exec.execId(),
                    exec.container(),
                    outcome.word(),
                    why.replaceFirst("\\.$", ""));
              }
            });
  }
}
