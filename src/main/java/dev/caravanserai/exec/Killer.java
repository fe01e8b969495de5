package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ends all processes of an exec, with a constant program run in the same container. */
final class Killer {
  private static final ShellText PROGRAM = ShellText.load("kill.sh");
  private static final Pattern LEFT = Pattern.compile("(?:^|\n)left (\\d+)\n$");
  private static final Duration OVERHEAD = Duration.ofSeconds(20);

  private final ExecOpener opener;

  Killer(ExecOpener opener) {
    this.opener = opener;
  }

  /**
   * @return empty when nothing is left; else a clause that says what is, or why that is unknown
   */
  CompletionStage<Optional<String>> end(
      ContainerRef container, String execId, int sessionId, Duration grace) {
    Run run = new Run(execId + "\n" + sessionId + "\n" + grace.toMillis() / 100 + "\n");
    opener.open(new ExecStart(container, PROGRAM.command(), true, false), run);
    return run.done
        .completeOnTimeout(
            Optional.of("ending them took too long"),
            grace.plus(OVERHEAD).toMillis(),
            TimeUnit.MILLISECONDS)
        .whenComplete((left, error) -> run.close());
  }

  private static final class Run implements ExecListener {
    private final CompletableFuture<Optional<String>> done = new CompletableFuture<>();
    private final OutputCap out = new OutputCap(4096);
    private final OutputCap err = new OutputCap(4096);
    private final String input;
    private volatile Optional<ExecChannel> channel = Optional.empty();

    Run(String input) {
      this.input = input;
    }

    @Override
    public void onOpen(ExecChannel opened) {
      channel = Optional.of(opened);
      opened.write(input.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void onStdout(byte[] bytes) {
      out.add(bytes);
    }

    @Override
    public void onStderr(byte[] bytes) {
      err.add(bytes);
    }

    @Override
    public void onEnd(ExecEnd end) {
      String text = new String(out.output().bytes(), StandardCharsets.UTF_8);
      Matcher left = LEFT.matcher(text);
      if (end.equals(new ExecEnd.Exited(0)) && left.find()) {
        done.complete(
            "0".equals(left.group(1))
                ? Optional.empty()
                : Optional.of(left.group(1) + " of its processes would not end"));
      } else {
        String words = new String(err.output().bytes(), StandardCharsets.UTF_8).strip();
        done.complete(Optional.of((words(end) + " " + words).strip()));
      }
    }

    private static String words(ExecEnd end) {
      if (end instanceof ExecEnd.Lost lost) {
        return lost.failure().message();
      } else if (end instanceof ExecEnd.Refused refused) {
        return refused.failure().message();
      }
      return "what should have ended them came to " + end;
    }

    void close() {
      channel.ifPresent(ExecChannel::close);
    }
  }
}
