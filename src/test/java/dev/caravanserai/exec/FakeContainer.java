package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A container in which a test says what happens. */
final class FakeContainer implements ExecOpener {
  private final List<Process> processes = new CopyOnWriteArrayList<>();
  private final List<Process> killers = new CopyOnWriteArrayList<>();
  private final List<Process> probes = new CopyOnWriteArrayList<>();
  private ExecEnd alive = new ExecEnd.Exited(0);

  @Override
  public void open(ExecStart start, ExecListener listener) {
    Process process = new Process(start, listener);
    if (start.command().equals(ShellText.load("kill.sh").command())) {
      killers.add(process);
    } else if (start.command().equals(List.of("sh", "-c", ":"))) {
      probes.add(process);
      process.ends(alive);
    } else {
      processes.add(process);
    }
  }

  /** All that were started, those that end others left out. */
  List<Process> processes() {
    return processes;
  }

  void forget() {
    processes.clear();
  }

  /** From now on nothing can be started in it. */
  void refuses(ExecEnd refusal) {
    alive = refusal;
  }

  /** Those that only find out whether anything can be started. */
  List<Process> probes() {
    return probes;
  }

  List<Process> killers() {
    return killers;
  }

  Process process() {
    return processes.get(processes.size() - 1);
  }

  static final class Process implements ExecChannel {
    private final ExecStart start;
    private final ExecListener listener;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private boolean closed;

    Process(ExecStart start, ExecListener listener) {
      this.start = start;
      this.listener = listener;
    }

    ExecStart start() {
      return start;
    }

    /** The supervisor is up and says that the command's session has this id. */
    Process announces(int sessionId) {
      return opens().stdout(mark() + " " + sessionId + "\n").stderr(mark() + "\n");
    }

    Process opens() {
      listener.onOpen(this);
      return this;
    }

    String mark() {
      return written().lines().findFirst().orElseThrow();
    }

    Process stdout(String text) {
      listener.onStdout(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    Process stderr(String text) {
      listener.onStderr(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    void ends(ExecEnd end) {
      listener.onEnd(end);
    }

    synchronized String written() {
      return written.toString(StandardCharsets.UTF_8);
    }

    List<String> lines() {
      return new ArrayList<>(written().lines().toList());
    }

    synchronized boolean closed() {
      return closed;
    }

    @Override
    public synchronized CompletionStage<Void> write(byte[] bytes) {
      written.writeBytes(bytes);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean canCloseStdin() {
      return false;
    }

    @Override
    public void closeStdin() {}

    @Override
    public synchronized void close() {
      closed = true;
    }
  }
}
