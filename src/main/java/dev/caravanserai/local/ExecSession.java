package dev.caravanserai.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies between the WebSocket and the process of one exec. Channels: 0 stdin, 1 stdout, 2 stderr,
 * 3 status, 4 terminal size, 255 (v5) closes a channel. Buffers are bounded and no thread is held.
 * If the client disconnects, only stdin is closed, as in Kubernetes.
 */
final class ExecSession {
  record Options(List<String> argv, boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

  private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
  private static final int CHUNK = 32 << 10;
  private static final int MAX_CHUNKS = 16;

  private final KubeletContext node;
  private final ExecutorService pool;
  private final ServerWebSocket socket;
  private final Options options;
  private final CompletableFuture<Process> process = new CompletableFuture<>();
  private final ExecInput input;
  private final StartLine startLine = new StartLine();
  private Optional<Path> terminalSize = Optional.empty();
  private boolean over;

  /** Must be called on the socket's event loop, or frames may be lost. */
  ExecSession(KubeletContext node, ExecutorService pool, ServerWebSocket socket, Options options) {
    this.node = node;
    this.pool = pool;
    this.socket = socket;
    this.options = options;
    this.input = new ExecInput(socket, pool, process);
    socket.binaryMessageHandler(this::onEvent);
    socket.closeHandler(closed -> input.end());
  }

  /** Starts the process. May block for a moment. */
  void start(ContainerRun container) {
    try {
      if (options.tty && !Files.isExecutable(Path.of(Sandbox.PYTHON))) {
        throw new IOException(
            "a terminal needs %s, which this machine lacks".formatted(Sandbox.PYTHON));
      } else if (options.tty) {
        terminalSize = Optional.of(Files.createTempFile(node.home().resolve("pods"), "tty", ""));
      }
      process.complete(container.exec(node.sandbox(), options.argv, terminalSize));
    } catch (IOException e) {
      end(refused(e.getMessage()));
      return;
    }
    if (!options.stdin && !options.tty) {
      input.end();
    }
    node.streams().watch(this::poll);
    process.join().onExit().thenRun(() -> node.streams().run(this::finish));
  }

  private void onEvent(Buffer message) {
    int channel = message.length() == 0 ? -1 : message.getUnsignedByte(0);
    if (channel == 0 && options.stdin && message.length() > 1) {
      input.add(message.getBytes(1, message.length()));
    } else if (channel == 4) {
      JsonNode size = Patches.body("", message.getBytes(1, message.length()));
      String text = size.path("Width").asInt() + " " + size.path("Height").asInt();
      process.thenAcceptAsync(p -> resize(p, text), pool);
    } else if (channel == 255 && message.length() > 1 && message.getByte(1) == 0) {
      input.end();
    }
  }

  private void resize(Process terminal, String size) {
    try {
      Path file = terminalSize.orElseThrow(IOException::new);
      Files.writeString(file, size, TRUNCATE_EXISTING, WRITE); // fails if the exec has ended
      new ProcessBuilder("/bin/kill", "-WINCH", Long.toString(terminal.pid())).start();
    } catch (IOException e) {
      LOG.debug("the terminal is gone", e);
    }
  }

  /** Sends the rest and the status at once, instead of at the next poll. */
  private void finish() {
    if (poll() == Pump.Found.SOME) {
      poll();
    }
  }

  /** Sends available output while the client accepts it; runs on the stream thread. */
  private Pump.Found poll() {
    if (over) {
      return Pump.Found.END;
    }
    Process from = process.join();
    try {
      boolean alive = from.isAlive();
      boolean some = !startLine.ok() && starting(from.getErrorStream());
      if (startLine.ok()) {
        some |= move(1, options.stdout, from.getInputStream());
        some |= move(2, options.stderr, from.getErrorStream());
      }
      if (some || alive || startLine.ok() && full()) {
        return some ? Pump.Found.SOME : Pump.Found.NONE;
      }
      end(startLine.ok() ? exited(from.exitValue()) : refused(startLine.detail()));
    } catch (IOException | RuntimeException e) {
      from.destroyForcibly();
      end(ApiError.internal("exec failed: " + e.getMessage()).status());
    }
    return Pump.Found.END;
  }

  private boolean starting(InputStream in) throws IOException {
    boolean some = startLine.read(in);
    if (startLine.ok()) {
      // An empty frame confirms the connection, as in Kubernetes.
      send(options.stdout ? 1 : options.stderr ? 2 : 3, new byte[0]);
    }
    return some;
  }

  private boolean move(int channel, boolean sent, InputStream in) throws IOException {
    for (int chunks = 0; chunks < MAX_CHUNKS; chunks++) {
      byte[] bytes = full() ? new byte[0] : Pump.available(in, CHUNK);
      if (bytes.length == 0) {
        return chunks > 0;
      } else if (sent) {
        send(channel, bytes);
      }
    }
    return true;
  }

  private boolean full() {
    try {
      return !socket.isClosed() && socket.writeQueueFull();
    } catch (IllegalStateException closedMeanwhile) {
      return false;
    }
  }

  private static ObjectNode refused(String why) {
    String text =
        "OCI runtime exec failed: exec failed: unable to start container process: %s: unknown";
    return ApiError.internal(text.formatted(why)).status();
  }

  private static ObjectNode exited(int code) {
    if (code == 0) {
      return Json.status("Success");
    }
    String message = "command terminated with non-zero exit code: exit status " + code;
    ObjectNode status = Json.status("Failure").put("message", message);
    ObjectNode details = status.put("reason", "NonZeroExitCode").putObject("details");
    ObjectNode cause = details.putArray("causes").addObject().put("reason", "ExitCode");
    cause.put("message", Integer.toString(code));
    return status;
  }

  private void end(ObjectNode status) {
    over = true;
    terminalSize.ifPresent(size -> size.toFile().delete());
    send(3, status.toString().getBytes(UTF_8));
    socket.close((short) 1000);
    input.end();
  }

  private void send(int channel, byte[] bytes) {
    if (!socket.isClosed()) {
      socket.writeBinaryMessage(Buffer.buffer().appendByte((byte) channel).appendBytes(bytes));
    }
  }
}
