package dev.caravanserai.http;

import dev.caravanserai.session.Causes;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Sends a body by a WebSocket, a message for each piece. Pings twice within the idle time, and
 * closes the connection if nothing gets through for that time. The caller must not send messages.
 */
final class SocketFrames implements Carrier {
  private static final short NORMAL = 1000;
  private static final short GOING_AWAY = 1001;
  private static final short UNSUPPORTED = 1003;
  private static final short INTERNAL = 1011;

  /** RFC 6455, 5.5: a control frame has at most 125 bytes, 2 of which are the code. */
  private static final int REASON_BYTES = 123;

  private final ServerWebSocket socket;
  private final boolean text;
  private final Utf8Pieces decoder = new Utf8Pieces();
  private final Promise<Void> gone = Promise.promise();
  private boolean alive = true;

  /**
   * @param text whether messages are text, in which bytes that are not UTF-8 are replaced
   * @param idle time of silence of the caller after which the connection is closed
   */
  SocketFrames(Vertx vertx, ServerWebSocket socket, boolean text, Duration idle) {
    this.socket = socket;
    this.text = text;
    long pings = vertx.setPeriodic(Math.max(1, idle.toMillis() / 2), timer -> ping());
    socket
        .closeHandler(
            closed -> {
              vertx.cancelTimer(pings);
              gone.tryFail(new HttpClosedException("WebSocket is closed"));
            })
        .exceptionHandler(gone::tryFail)
        .pongHandler(pong -> alive = true)
        .textMessageHandler(message -> refuse())
        .binaryMessageHandler(message -> refuse());
  }

  private void ping() {
    if (!alive) {
      socket.close(GOING_AWAY, "no answer to a ping");
    }
    alive = false;
    socket.writePing(Buffer.buffer());
  }

  private void refuse() {
    socket.close(UNSUPPORTED, "This WebSocket takes no messages.");
  }

  @Override
  public Future<Void> write(byte[] piece) {
    return send(piece, false).onSuccess(sent -> alive = true);
  }

  private Future<Void> send(byte[] piece, boolean last) {
    if (!text) {
      return piece.length == 0
          ? Future.succeededFuture()
          : socket.writeBinaryMessage(Buffer.buffer(piece));
    }
    String message = decoder.decode(piece, last);
    return message.isEmpty() ? Future.succeededFuture() : socket.writeTextMessage(message);
  }

  @Override
  public Future<Void> end() {
    return send(new byte[0], true).compose(sent -> socket.close(NORMAL));
  }

  @Override
  public void abort(Throwable failure) {
    Throwable cause = Causes.of(failure);
    if (cause instanceof CancellationException) {
      socket.close(GOING_AWAY, "The server is shutting down.");
    } else if (cause instanceof CorruptedWebSocketFrameException invalid) {
      socket.close((short) invalid.closeStatus().code(), invalid.getMessage());
    } else {
      socket.close(INTERNAL, reason(cause));
    }
  }

  private static String reason(Throwable cause) {
    String words =
        Causes.failure(cause)
            .map(failure -> failure.code() + ": " + failure.message())
            .orElse("The server could not go on.");
    byte[] bytes = words.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= REASON_BYTES
        ? words
        : new Utf8Pieces().decode(Arrays.copyOf(bytes, REASON_BYTES), false);
  }

  @Override
  public Future<Void> gone() {
    return gone.future();
  }
}
