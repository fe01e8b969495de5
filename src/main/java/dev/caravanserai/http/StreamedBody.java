package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the body of an answer piece by piece: the next piece is read once the caller has taken the
 * last one, so at most one is in memory. No thread waits for a slow caller. If the caller leaves,
 * the source is closed, also while it is being read.
 */
final class StreamedBody {
  private static final Logger LOG = LoggerFactory.getLogger(StreamedBody.class);

  private final ByteSource source;
  private final HttpServerResponse response;
  private final Promise<Void> end = Promise.promise();
  private Future<?> piece = Future.succeededFuture();

  private StreamedBody(ByteSource source, HttpServerResponse response) {
    this.source = source;
    this.response = response;
  }

  /**
   * On the response's own context.
   *
   * @param first piece, which has been read already; empty if none has been
   * @return done once no more is read from the source
   */
  static Future<Void> send(byte[] first, ByteSource source, RoutingContext ctx) {
    StreamedBody body = new StreamedBody(source, ctx.response());
    ctx.addEndHandler(
        ended -> {
          if (ended.failed()) {
            body.end(ended.cause());
          }
        });
    ctx.response().setChunked(true);
    body.write(Optional.of(first));
    return body.end.future().onComplete(done -> source.close()).eventually(() -> body.piece);
  }

  private void write(Optional<byte[]> bytes) {
    bytes
        .map(Buffer::buffer)
        .map(response::write)
        .orElseGet(response::end)
        .onSuccess(sent -> sent(bytes.isEmpty()))
        .onFailure(this::end);
  }

  private void sent(boolean all) {
    if (all) {
      end.tryComplete();
    } else if (!end.future().isComplete()) {
      piece =
          Future.fromCompletionStage(source.next(), Vertx.currentContext())
              .onSuccess(this::write)
              .onFailure(this::end);
    }
  }

  /** A body that breaks off must not look complete: the connection is closed instead. */
  private void end(Throwable failure) {
    if (end.tryFail(failure)) {
      LOG.info("A response was broken off, as its source failed: {}", failure.toString());
      response.reset();
    }
  }
}
