package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Tells what the end of a channel means for the command that ran behind it. */
final class ExecVerdict {
  private static final Pattern NO_SHELL =
      Pattern.compile("(?s).*(\"sh\"|sh): (executable file not found|no such file or directory).*");
  private static final int LOOKS = 12;
  private static final long LOOK_AGAIN_MS = 250;

  private final RunningExec exec;
  private final ExecEnd end;

  ExecVerdict(RunningExec exec, ExecEnd end) {
    this.exec = exec;
    this.end = end;
  }

  /** Whether the runtime could not find the supervisor's own shell. */
  static boolean saysNoShell(ExecEnd end, String words) {
    if (end instanceof ExecEnd.Refused refused) {
      return NO_SHELL.matcher(refused.failure().message()).matches();
    }
    return end instanceof ExecEnd.Exited exited
        && (exited.code() == 126 || exited.code() == 127 || exited.code() == 128)
        && NO_SHELL.matcher(words).matches();
  }

  void give() {
    if (end instanceof ExecEnd.Exited exited) {
      exited(exited.code());
    } else if (end instanceof ExecEnd.Refused refused) {
      refused(refused.failure());
    } else if (end instanceof ExecEnd.Lost lost) {
      lost(lost.failure(), LOOKS);
    }
  }

  private void exited(int code) {
    Optional<String> why = code == 127 ? exec.refusedBySupervisor() : Optional.empty();
    if (why.isPresent()) {
      exec.finish(Outcome.notStarted(notStarted(why.get())));
    } else if (exec.supervised() && exec.processId().isEmpty()) {
      Optional<Failure> gone = exec.around().gone().apply(exec.container());
      exec.finish(
          gone.map(Outcome::podGone)
              .orElseGet(
                  () ->
                      Outcome.notStarted(
                          notStarted(
                              "its supervisor ended with " + code + " first: " + exec.words()))));
    } else if (code == 137 || code == 143) {
      Optional<Failure> gone = exec.around().gone().apply(exec.container());
      exec.finish(gone.map(Outcome::podGone).orElseGet(() -> Outcome.exited(code)));
    } else {
      exec.finish(Outcome.exited(code));
    }
  }

  private void refused(Failure failure) {
    if (exec.processId().isPresent()) {
      lost(
          Failure.of(
              FailureCode.CONNECTION_LOST,
              failure.message() + " It had begun; look whether it still runs.",
              failure.reason().orElse("")),
          LOOKS);
    } else if (failure.code() == FailureCode.CONFIG_ERROR) {
      exec.finish(Outcome.notStarted(failure));
    } else {
      exec.fail(failure);
    }
  }

  private void lost(Failure failure, int looks) {
    Optional<Failure> gone = exec.around().gone().apply(exec.container());
    if (gone.isPresent()) {
      exec.finish(Outcome.podGone(gone.get()));
    } else if (looks == 0) {
      exec.finish(Outcome.connectionLost(failure));
    } else {
      // Whoever watches the pod may hear of its end a little later than we do.
      exec.around()
          .scheduler()
          .schedule(
              () -> exec.around().answers().execute(() -> lost(failure, looks - 1)),
              LOOK_AGAIN_MS,
              TimeUnit.MILLISECONDS);
    }
  }

  private Failure notStarted(String why) {
    return Failure.of(
        FailureCode.CONFIG_ERROR,
        "The command was not started in " + exec.container() + ": " + why.strip());
  }
}
