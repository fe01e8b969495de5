package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exec between its WebSocket and its process: channel 0 stdin, 1 stdout, 2 stderr, 3 the
 * status, 4 terminal size, 255 (v5) closes a channel. Holds little, however slow either side is. A
 * caller that goes away closes stdin and nothing else: the process goes on, as in Kubernetes.
 */
final class ExecSession {
  private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
  private static final int CHUNK = 32 * 1024;
  private static final int MOST_STDIN = 512 * 1024;
  private static final byte[] END = new byte[0];

  private final ServerWebSocket socket;
  private final ExecutorService pool;
  private final boolean stdin;
  private final boolean stdout;
  private final boolean stderr;
  private final Throttle throttle;
  private final LinkedBlockingQueue<byte[]> input = new LinkedBlockingQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private volatile boolean deaf;
  private final CompletableFuture<PodRuntime.PodProcess> process = new CompletableFuture<>();

  /** On the socket's event loop, so that no frame is lost. */
  ExecSession(
      ServerWebSocket socket, ExecutorService pool, boolean stdin, boolean stdout, boolean stderr) {
    this.socket = socket;
    this.pool = pool;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.throttle = new Throttle(socket);
    socket.binaryMessageHandler(this::heard);
    socket.closeHandler(
        closed -> {
          throttle.close();
          input.add(END);
        });
  }

  /** Starts the process and returns; on a thread that may block. */
  void run(Supplier<PodRuntime.PodProcess> start) {
    PodRuntime.PodProcess started;
    try {
      started = start.get();
    } catch (ApiError e) {
      end(Statuses.failure(e));
      return;
    } catch (RuntimeException e) {
      LOG.error("local cluster: an exec did not start", e);
      end(Statuses.failure(500, "InternalError", "Internal error occurred: " + e));
      return;
    }
    process.complete(started);
    // Tells the caller that it is connected, as Kubernetes does.
    send(stdout ? 1 : stderr ? 2 : 3, END, 0);
    CompletableFuture<Void> out =
        CompletableFuture.runAsync(() -> pump(stdout, 1, started.stdout()), pool);
    CompletableFuture<Void> err =
        CompletableFuture.runAsync(() -> pump(stderr, 2, started.stderr()), pool);
    pool.execute(() -> feed(started.stdin()));
    CompletableFuture.allOf(out, err)
        .thenCombine(started.exit(), (done, code) -> code)
        .whenComplete(
            (code, failure) ->
                end(
                    failure == null
                        ? Statuses.exited(code)
                        : Statuses.failure(500, "InternalError", failure.getMessage())));
  }

  private void heard(Buffer message) {
    if (message.length() == 0) {
      return;
    }
    int channel = message.getUnsignedByte(0);
    if (channel == 0 && stdin && !deaf) {
      byte[] bytes = message.getBytes(1, message.length());
      if (bytes.length > 0) {
        input.add(bytes);
        if (waiting.addAndGet(bytes.length) > MOST_STDIN) {
          socket.pause();
        }
      }
    } else if (channel == 4) {
      JsonNode size = Patches.body("", message.getBytes(1, message.length()));
      process.thenAccept(p -> p.resize(size.path("Width").asInt(), size.path("Height").asInt()));
    } else if (channel == 255 && message.length() > 1 && message.getByte(1) == 0) {
      input.add(END);
    }
  }

  private void feed(OutputStream to) {
    boolean open = stdin;
    try (to) {
      while (open) {
        byte[] bytes = input.take();
        open = bytes != END;
        to.write(bytes);
        to.flush();
        if (waiting.addAndGet(-bytes.length) <= MOST_STDIN / 2) {
          socket.resume();
        }
      }
    } catch (IOException e) {
      LOG.debug("local cluster: a process reads its stdin no further");
      discard();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** So that the caller's close frame is still read. */
  private void discard() {
    deaf = true;
    input.clear();
    socket.resume();
  }

  private void pump(boolean wanted, int channel, InputStream from) {
    byte[] chunk = new byte[CHUNK];
    try (from) {
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        if (wanted && throttle.awaitRoom()) {
          send(channel, chunk, n);
        }
      }
    } catch (IOException e) {
      LOG.debug("local cluster: stream {} of an exec ended: {}", channel, e.getMessage());
    }
  }

  private void end(ObjectNode status) {
    byte[] bytes = status.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    send(3, bytes, bytes.length);
    socket.close((short) 1000);
    input.add(END);
  }

  private void send(int channel, byte[] bytes, int length) {
    if (!socket.isClosed()) {
      socket.writeBinaryMessage(
          Buffer.buffer(length + 1).appendByte((byte) channel).appendBytes(bytes, 0, length));
    }
  }
}
