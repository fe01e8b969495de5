package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Runs what is to run in a container as processes of this machine, under a given shell. */
final class LocalProcesses implements ExecOpener {
  private final List<String> shell;
  private final boolean inputCanEnd;
  private final Map<String, String> env;

  /**
   * @param shell stands for {@code sh}
   * @param inputCanEnd as with v5.channel.k8s.io, or not, as with v4
   * @param env of the container, on top of this process's
   */
  LocalProcesses(List<String> shell, boolean inputCanEnd, Map<String, String> env) {
    this.env = env;
    this.shell = shell;
    this.inputCanEnd = inputCanEnd;
  }

  @Override
  public void open(ExecStart start, ExecListener listener) {
    // As a container runtime does: every exec is a session of its own.
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(shell);
    words.addAll(start.command().subList(1, start.command().size()));
    try {
      new Channel(listener).begin(words);
    } catch (IOException e) {
      listener.onEnd(new ExecEnd.Refused(Failure.of(FailureCode.CONFIG_ERROR, String.valueOf(e))));
    }
  }

  private final class Channel implements ExecChannel {
    private final ExecListener listener;
    private final ExecutorService writer = Executors.newSingleThreadExecutor();
    private final CompletableFuture<OutputStream> stdin = new CompletableFuture<>();
    private boolean ended;

    Channel(ExecListener listener) {
      this.listener = listener;
    }

    /**
     * Output goes through named pipes: Java ends its own when the process ends, though others may
     * still hold them.
     */
    void begin(List<String> words) throws IOException {
      Path folder = Files.createTempDirectory("exec");
      Path out = folder.resolve("out");
      Path err = folder.resolve("err");
      new ProcessBuilder("mkfifo", out.toString(), err.toString()).start().onExit().join();
      CompletableFuture<Void> outEnd = read(out, listener::onStdout);
      CompletableFuture<Void> errEnd = read(err, listener::onStderr);
      Process process;
      ProcessBuilder wanted =
          new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile());
      wanted.environment().putAll(env);
      synchronized (this) {
        process = wanted.start();
        for (Path path : List.of(out, err, folder)) {
          Files.delete(path);
        }
        stdin.complete(process.getOutputStream());
        listener.onOpen(this);
      }
      CompletableFuture.allOf(outEnd, errEnd, process.onExit())
          .thenRun(() -> end(new ExecEnd.Exited(process.exitValue())));
    }

    private CompletableFuture<Void> read(Path pipe, Consumer<byte[]> to) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      Thread reader =
          new Thread(
              () -> {
                byte[] buffer = new byte[32 * 1024];
                try (InputStream stream = new FileInputStream(pipe.toFile())) {
                  for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    tell(Arrays.copyOf(buffer, n), to);
                  }
                } catch (IOException closed) {
                  // The same as its end.
                }
                done.complete(null);
              });
      reader.setDaemon(true);
      reader.start();
      return done;
    }

    private synchronized void tell(byte[] bytes, Consumer<byte[]> to) {
      if (!ended) {
        to.accept(bytes);
      }
    }

    private synchronized void end(ExecEnd end) {
      if (!ended) {
        ended = true;
        listener.onEnd(end);
        closeInput();
        writer.shutdown();
      }
    }

    @Override
    public CompletionStage<Void> write(byte[] bytes) {
      try {
        return CompletableFuture.runAsync(() -> writeNow(bytes), writer);
      } catch (RejectedExecutionException ended) {
        return CompletableFuture.failedFuture(ended);
      }
    }

    private void writeNow(byte[] bytes) {
      try {
        stdin.join().write(bytes);
        stdin.join().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean canCloseStdin() {
      return inputCanEnd;
    }

    @Override
    public synchronized void closeStdin() {
      if (inputCanEnd && !ended) {
        closeInput();
      }
    }

    private void closeInput() {
      writer.execute(
          () -> {
            try {
              stdin.join().close();
            } catch (IOException alreadyGone) {
              // Nobody reads it.
            }
          });
    }

    @Override
    public void close() {
      end(new ExecEnd.Lost(Failure.of(FailureCode.CONNECTION_LOST, "closed by the caller")));
    }
  }
}
