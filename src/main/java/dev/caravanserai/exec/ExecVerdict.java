package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;

/** Tells what the end of a channel means for the command that ran behind it. */
final class ExecVerdict {
  private static final int LOOKS = 12;
  private static final long LOOK_AGAIN_MS = 250;

  private final ExecRequest request;
  private final ExecSurroundings around;
  private final ExecOutput output;
  private final ExecAnswer answer;

  ExecVerdict(ExecRequest request, ExecSurroundings around, ExecOutput output, ExecAnswer answer) {
    this.request = request;
    this.around = around;
    this.output = output;
    this.answer = answer;
  }

  /** Gives the answer, at once or, when a connection was lost, after a look at the container. */
  void give(ExecEnd end) {
    if (end instanceof ExecEnd.Exited exited && !looksGone(exited.code())) {
      exited(exited.code(), Optional.empty());
    } else {
      around.answers().execute(() -> giveAfterLook(end));
    }
  }

  private void giveAfterLook(ExecEnd end) {
    if (end instanceof ExecEnd.Exited exited) {
      exited(exited.code(), around.goneFrom(request.container()));
    } else if (end instanceof ExecEnd.Refused refused) {
      refused(refused.failure());
    } else if (end instanceof ExecEnd.Lost lost) {
      lost(lost.failure(), LOOKS);
    }
  }

  /** Whether the end of the container would look the same. */
  private boolean looksGone(int code) {
    return silent() || code == 137 || code == 143;
  }

  private boolean silent() {
    return output.supervised() && output.processId().isEmpty();
  }

  private void exited(int code, Optional<Failure> gone) {
    Optional<String> why = code == 127 ? output.notStarted() : Optional.empty();
    if (why.isPresent()) {
      notStarted(why.get());
    } else if (gone.isPresent()) {
      answer.give(Outcome.podGone(gone.get()));
    } else if (silent()) {
      notStarted("its supervisor ended with " + code + " first: " + output.words());
    } else {
      answer.give(Outcome.exited(code));
    }
  }

  private void refused(Failure failure) {
    if (output.processId().isPresent()) {
      lost(
          new Failure(
              FailureCode.CONNECTION_LOST,
              failure.message() + " It had begun; look whether it still runs.",
              failure.reason(),
              failure.events()),
          LOOKS);
    } else if (failure.code() == FailureCode.CONFIG_ERROR) {
      answer.give(Outcome.notStarted(failure));
    } else {
      answer.fail(failure);
    }
  }

  private void lost(Failure failure, int looks) {
    Optional<Failure> gone = around.goneFrom(request.container());
    Optional<String> why = output.notStarted();
    if (gone.isPresent()) {
      answer.give(Outcome.podGone(gone.get()));
    } else if (why.isPresent()) {
      notStarted(why.get());
    } else if (looks == 0) {
      answer.give(Outcome.connectionLost(failure));
    } else {
      // Whoever watches the pod may hear of its end a little later than we do.
      around.later(() -> around.answers().execute(() -> lost(failure, looks - 1)), LOOK_AGAIN_MS);
    }
  }

  private void notStarted(String why) {
    answer.give(
        Outcome.notStarted(
            Failure.of(
                FailureCode.CONFIG_ERROR,
                "The command was not started in " + request.container() + ": " + why.strip())));
  }
}
