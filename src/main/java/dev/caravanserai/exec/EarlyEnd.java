package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a command before its own end: its processes first, then its channel. The outcome is told
 * when both are gone. A process that the command left behind and that holds its output counts as
 * the command's, as it does in Kubernetes: the exec lasts as long as it does.
 */
final class EarlyEnd {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyEnd.class);
  private static final long LAST_OUTPUT_MS = 2_000;
  private static final long ANNOUNCED_WITHIN_MS = 3_000;
  private static final long LOOK_AGAIN_MS = 50;

  private final Outcome outcome;
  private final ExecRequest request;
  private final ExecSurroundings around;
  private final ExecOutput output;
  private final ExecAnswer answer;
  private final ExecChannel channel;
  private boolean channelEnded;
  private boolean processesGone;

  EarlyEnd(
      Outcome outcome,
      ExecRequest request,
      ExecSurroundings around,
      ExecOutput output,
      ExecAnswer answer,
      ExecChannel channel) {
    this.outcome = outcome;
    this.request = request;
    this.around = around;
    this.output = output;
    this.answer = answer;
    this.channel = channel;
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
      around.later(() -> killOnceAnnounced(looks - 1), LOOK_AGAIN_MS);
      return;
    }
    if (session.isEmpty()) {
      // A supervisor that loses its input in the middle of the header starts nothing.
      channel.close();
    }
    around
        .killer()
        .end(request.container(), request.id(), session.orElse(0), request.limits().grace())
        .whenCompleteAsync(
            (left, error) -> {
              Optional.ofNullable(error).map(String::valueOf).or(() -> left).ifPresent(this::warn);
              processesGone();
            },
            around.answers());
  }

  private void processesGone() {
    synchronized (this) {
      processesGone = true;
    }
    answerOnceAllIsGone();
    around.later(channel::close, LAST_OUTPUT_MS);
  }

  private void answerOnceAllIsGone() {
    boolean gone;
    synchronized (this) {
      gone = channelEnded && processesGone;
    }
    if (gone) {
      answer.give(outcome);
    }
  }

  private void warn(String why) {
    if (around.goneFrom(request.container()).isEmpty()) {
      LOG.warn(
          "exec={} container={} {}, but processes of it may be left: {}. Stop the session to end"
              + " them for certain.",
          request.id(),
          request.container(),
          outcome.word(),
          why);
    }
  }
}
