package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A constant program of ours that runs in a container beside the commands of callers. */
final class ShortExec implements ExecListener {
  private static final ShellText KILL = ShellText.load("kill.sh");
  private static final ShellText NOTHING = new ShellText(":");
  private static final Pattern LEFT = Pattern.compile("(?:^|\n)left (\\d+)\n$");
  private static final Duration OVERHEAD = Duration.ofSeconds(20);
  private static final int OUTPUT = 4096;

  private final CompletableFuture<ExecEnd> done = new CompletableFuture<>();
  private final Shares memory = new Shares(4 * OUTPUT);
  private final CappedOutput out = new CappedOutput(OUTPUT, memory, "");
  private final CappedOutput err = new CappedOutput(OUTPUT, memory, "");
  private final String input;
  private volatile Optional<ExecChannel> channel = Optional.empty();

  private ShortExec(String input) {
    this.input = input;
  }

  /**
   * Ends all processes of an exec.
   *
   * @param sessionId of its processes, 0 if unknown
   * @param grace between TERM and KILL
   * @return empty if nothing is left; else a clause that says what is left, or why that is unknown
   */
  static CompletionStage<Optional<String>> kill(
      ExecOpener opener, ContainerRef container, String execId, int sessionId, Duration grace) {
    ShortExec kill =
        new ShortExec(execId + "\n" + sessionId + "\n" + grace.toMillis() / 100 + "\n");
    return kill.run(opener, container, KILL, grace.plus(OVERHEAD)).thenApply(kill::left);
  }

  /**
   * Whether a container runs now: a process can be started in it.
   *
   * @return false also if that is unknown
   */
  static CompletionStage<Boolean> alive(ExecOpener opener, ContainerRef container) {
    ShortExec nothing = new ShortExec("");
    return nothing.run(opener, container, NOTHING, OVERHEAD).thenApply(nothing::hasRun);
  }

  private CompletionStage<ExecEnd> run(
      ExecOpener opener, ContainerRef container, ShellText program, Duration within) {
    try {
      opener.open(new ExecStart(container, program.command(), true, false), this);
    } catch (RuntimeException thrown) {
      onEnd(lost(String.valueOf(thrown)));
    }
    return done.completeOnTimeout(
            lost("it took too long"), within.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((end, error) -> channel.ifPresent(ExecChannel::close));
  }

  private static ExecEnd lost(String why) {
    return new ExecEnd.Lost(Failure.of(FailureCode.CONNECTION_LOST, why));
  }

  @Override
  public void onOpen(ExecChannel opened) {
    channel = Optional.of(opened);
    if (done.isDone()) {
      opened.close();
    } else {
      opened.write(input.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public CompletionStage<Void> onStdout(byte[] bytes) {
    return out.write(bytes);
  }

  @Override
  public CompletionStage<Void> onStderr(byte[] bytes) {
    return err.write(bytes);
  }

  @Override
  public void onEnd(ExecEnd end) {
    done.complete(end);
  }

  private Optional<String> left(ExecEnd end) {
    Matcher left = LEFT.matcher(out.output().text());
    if (end.equals(new ExecEnd.Exited(0)) && left.find()) {
      return Optional.of(left.group(1))
          .filter(count -> !count.equals("0"))
          .map(count -> count + " of its processes would not end");
    }
    String why =
        end instanceof ExecEnd.Lost lost
            ? lost.failure().message()
            : end instanceof ExecEnd.Refused refused
                ? refused.failure().message()
                : "what should have ended them came to " + end;
    return Optional.of((why + " " + err.output().text()).strip());
  }

  private boolean hasRun(ExecEnd end) {
    return end instanceof ExecEnd.Refused refused
        ? NoShell.matches(refused.failure().message())
        : end instanceof ExecEnd.Exited exited
            && (exited.code() == 0 || NoShell.matches(err.output().text() + out.output().text()));
  }
}
