package dev.caravanserai.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.camel.util.IOHelper;

/**
 * Sends the body of an answer piece by piece: the next piece is read once the caller has taken the
 * last one, so at most one is in memory. No thread waits for a slow caller. If the caller leaves,
 * the source is closed, also while it is being read.
 */
final class StreamedBody {
  private static final int PIECE_BYTES = 64 * 1024;

  private final InputStream source;
  private final Vertx vertx;
  private final HttpServerResponse response;
  private final Promise<Void> done = Promise.promise();

  private StreamedBody(InputStream source, Vertx vertx, HttpServerResponse response) {
    this.source = source;
    this.vertx = vertx;
    this.response = response;
  }

  /**
   * @param first piece, which has been read already
   * @return done once no more is read from the source
   */
  static Future<Void> send(byte[] first, InputStream source, RoutingContext ctx) {
    StreamedBody body = new StreamedBody(source, ctx.vertx(), ctx.response());
    ctx.addEndHandler(
        ended -> {
          if (ended.failed()) {
            body.end(ended.cause());
          }
        });
    ctx.response().setChunked(true);
    body.write(Buffer.buffer(first));
    return body.done.future();
  }

  /** Empty at the end of the source. */
  static byte[] piece(InputStream source) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    int length = source.read(piece);
    return length < 0 ? new byte[0] : Arrays.copyOf(piece, length);
  }

  private void write(Buffer piece) {
    if (piece.length() == 0) {
      response.end().onSuccess(sent -> end(null)).onFailure(this::end);
    } else {
      response
          .write(piece)
          .compose(sent -> vertx.executeBlocking(() -> Buffer.buffer(piece(source)), false))
          .onSuccess(this::write)
          .onFailure(this::end);
    }
  }

  /** A body that breaks off must not look complete: the connection is closed instead. */
  private void end(Throwable failure) {
    if (failure == null ? done.tryComplete() : done.tryFail(failure)) {
      vertx.executeBlocking(
          () -> {
            IOHelper.close(source);
            return null;
          },
          false);
      if (failure != null) {
        response.reset();
      }
    }
  }
}
