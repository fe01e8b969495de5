package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Sends frames in the order asked for, and no more at a time than the connection takes. */
final class PodExecInput {
  private static final long MAX_QUEUED_BYTES = 1 << 20;
  private static final long LOOK_AGAIN_MS = 2;

  private record Batch(Iterator<ByteBuffer> frames, CompletableFuture<Void> done) {}

  private final WebSocket socket;
  private final ScheduledExecutorService scheduler;
  private final boolean halfClose;
  private final Queue<Batch> batches = new ArrayDeque<>();
  private boolean waiting;
  private boolean closed;

  PodExecInput(WebSocket socket, ScheduledExecutorService scheduler) {
    this.socket = socket;
    this.scheduler = scheduler;
    this.halfClose = "v5.channel.k8s.io".equals(subprotocol(socket));
  }

  boolean canHalfClose() {
    return halfClose;
  }

  synchronized CompletionStage<Void> send(List<ByteBuffer> frames) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    batches.add(new Batch(frames.iterator(), done));
    pump();
    return done;
  }

  private synchronized void pump() {
    while (!batches.isEmpty() && !waiting) {
      Batch batch = batches.peek();
      if (closed) {
        batches.remove().done().completeExceptionally(new IOException("the exec has ended"));
      } else if (!batch.frames().hasNext()) {
        batches.remove().done().complete(null);
      } else if (socket.queueSize() > MAX_QUEUED_BYTES) {
        waiting = true;
        scheduler.schedule(this::resume, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
      } else if (!socket.send(batch.frames().next())) {
        closed = true;
      }
    }
  }

  private synchronized void resume() {
    waiting = false;
    pump();
  }

  synchronized void close() {
    if (!closed) {
      closed = true;
      socket.sendClose(1000, "done");
    }
    waiting = false;
    pump();
  }

  /**
   * Which protocol the server chose. The client's WebSocket does not expose it, the Vert.x one
   * inside does; where that cannot be read, the older protocol is assumed, which needs less of the
   * server.
   */
  private static String subprotocol(WebSocket socket) {
    try {
      Field inner = socket.getClass().getDeclaredField("ws");
      inner.setAccessible(true);
      return inner.get(socket) instanceof io.vertx.core.http.WebSocketBase ws
          ? String.valueOf(ws.subProtocol())
          : "";
    } catch (ReflectiveOperationException | RuntimeException unknown) {
      return "";
    }
  }
}
