package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One exec on one WebSocket: passes on what comes in, in order, and its end once. */
final class PodExecSocket implements WebSocket.Listener, ExecChannel {
  /** How long output may come after the status; servers close at once. */
  private static final long CLOSE_WITHIN_MS = 5_000;

  private static final CompletionStage<Void> NOW = CompletableFuture.completedStage(null);

  private final ContainerRef container;
  private final ExecListener listener;
  private final KubernetesSerialization serialization;
  private final ScheduledExecutorService scheduler;
  private final Object inOrder = new Object();
  private volatile PodExecInput input;
  private Optional<ExecEnd> status = Optional.empty();
  private Future<?> closing = CompletableFuture.completedFuture(null);
  private boolean ended;

  PodExecSocket(
      ContainerRef container,
      ExecListener listener,
      KubernetesSerialization serialization,
      ScheduledExecutorService scheduler) {
    this.container = container;
    this.listener = listener;
    this.serialization = serialization;
    this.scheduler = scheduler;
  }

  @Override
  public void onOpen(WebSocket socket) {
    input = new PodExecInput(socket, scheduler);
    synchronized (inOrder) {
      try {
        listener.onOpen(this);
      } catch (RuntimeException broken) {
        lost("the receiver failed: " + broken);
      }
    }
    socket.request();
  }

  @Override
  public void onMessage(WebSocket socket, ByteBuffer message) {
    CompletionStage<Void> wantsMore = NOW;
    synchronized (inOrder) {
      if (!ended) {
        try {
          wantsMore = take(PodExecFrames.decode(message));
        } catch (RuntimeException broken) {
          lost("the receiver failed: " + broken);
        }
      }
    }
    wantsMore.whenComplete(
        (more, broken) -> {
          if (broken != null) {
            finish("the receiver failed: " + broken);
          }
          socket.request();
        });
  }

  @Override
  public void onMessage(WebSocket socket, String text) {
    onMessage(socket, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private CompletionStage<Void> take(PodExecFrames.Frame frame) {
    if (frame.data().length == 0) {
      return NOW;
    }
    return switch (frame.channel()) {
      case PodExecFrames.STDOUT -> listener.onStdout(frame.data());
      case PodExecFrames.STDERR -> listener.onStderr(frame.data());
      case PodExecFrames.STATUS -> {
        status = Optional.of(PodExecStatus.read(container, frame.data(), serialization));
        closing =
            scheduler.schedule(
                () -> finish("the connection stayed open"), CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS);
        yield NOW;
      }
      // 255 says that the server has ended one channel: the end of all follows.
      default -> NOW;
    };
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason) {
    finish("the connection was closed (" + code + (reason == null ? "" : " " + reason) + ")");
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    finish("the connection broke: " + error);
  }

  /** The end when it never opened. */
  void refused(ExecEnd end) {
    synchronized (inOrder) {
      end(end);
    }
  }

  private void finish(String why) {
    synchronized (inOrder) {
      status.ifPresentOrElse(this::end, () -> lost(why));
    }
  }

  private void lost(String why) {
    end(
        new ExecEnd.Lost(
            Failure.of(
                FailureCode.CONNECTION_LOST,
                "The connection to a command in "
                    + container
                    + " was lost before its end: "
                    + why
                    + ". Whether it still runs is unknown; look before running it again.")));
  }

  private void end(ExecEnd end) {
    if (ended) {
      return;
    }
    ended = true;
    closing.cancel(false);
    if (input != null) {
      input.close();
    }
    listener.onEnd(end);
  }

  @Override
  public CompletionStage<Void> write(byte[] bytes) {
    return input.send(PodExecFrames.encode(PodExecFrames.STDIN, bytes));
  }

  @Override
  public boolean canCloseStdin() {
    return input.canHalfClose();
  }

  @Override
  public void closeStdin() {
    if (canCloseStdin()) {
      input.send(java.util.List.of(PodExecFrames.close(PodExecFrames.STDIN)));
    }
  }

  @Override
  public void close() {
    finish("it was closed by the caller");
  }
}
