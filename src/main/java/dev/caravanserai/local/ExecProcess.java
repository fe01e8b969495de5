package dev.caravanserai.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process beside a container's main process, in its namespaces.
 *
 * @param size where a terminal's size is told; empty when it has no terminal
 */
record ExecProcess(Process process, Optional<Path> size) implements PodRuntime.PodProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ExecProcess.class);
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  static ExecProcess start(
      KubeletContext node, ContainerRun run, List<String> argv, boolean stdin, boolean tty) {
    long pid = run.pid;
    Optional<String> cannot =
        tty && !Files.isExecutable(PYTHON)
            ? Optional.of("a terminal needs %s, which this machine lacks".formatted(PYTHON))
            : node.sandbox().cannotRun(pid, argv.get(0), run.env, run.dir());
    if (cannot.isPresent()) {
      throw new ApiError(
          500,
          "InternalError",
          "OCI runtime exec failed: exec failed: unable to start container process: %s: unknown"
              .formatted(cannot.get()));
    }
    try {
      Optional<Path> size =
          tty ? Optional.of(Files.createTempFile(node.home(), "tty", "")) : Optional.empty();
      ProcessBuilder builder =
          new ProcessBuilder(node.sandbox().beside(pid, run.dir(), argv, size));
      if (!node.sandbox().separate()) {
        builder.directory(Path.of("/proc/%d/cwd".formatted(pid)).toRealPath().toFile());
      }
      builder.environment().clear();
      builder.environment().putAll(run.env);
      if (tty) {
        builder.environment().put("TERM", "xterm");
      }
      Process process = builder.start();
      if (!stdin && !tty) {
        process.getOutputStream().close();
      }
      size.ifPresent(file -> process.onExit().thenRun(() -> file.toFile().delete()));
      return new ExecProcess(process, size);
    } catch (IOException e) {
      throw new ApiError(500, "InternalError", "exec failed: " + e.getMessage());
    }
  }

  @Override
  public OutputStream stdin() {
    return process.getOutputStream();
  }

  @Override
  public InputStream stdout() {
    return process.getInputStream();
  }

  @Override
  public InputStream stderr() {
    return size.isPresent() ? InputStream.nullInputStream() : process.getErrorStream();
  }

  @Override
  public void resize(int columns, int rows) {
    size.ifPresent(
        file -> {
          try {
            Files.writeString(file, columns + " " + rows);
            new ProcessBuilder("/bin/kill", "-WINCH", Long.toString(process.pid())).start();
          } catch (IOException e) {
            LOG.debug("the terminal is gone", e);
          }
        });
  }

  @Override
  public CompletableFuture<Integer> exit() {
    return process.onExit().thenApply(Process::exitValue);
  }
}
