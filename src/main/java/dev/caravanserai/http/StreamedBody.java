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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Sends the body of an answer piece by piece: the next piece is read once the caller has taken the
 * last one, so at most one is in memory. No thread waits for a slow caller. If the caller leaves,
 * the source is closed, also while it is being read.
 */
final class StreamedBody {
  private static final int PIECE_BYTES = 64 * 1024;

  private final InputStream source;
  private final Executor reads;
  private final HttpServerResponse response;
  private final Promise<Void> end = Promise.promise();
  private Future<byte[]> piece;

  private StreamedBody(InputStream source, Executor reads, HttpServerResponse response) {
    this.source = source;
    this.reads = reads;
    this.response = response;
  }

  /**
   * On the response's own context.
   *
   * @param first piece, which has been read already
   * @param reads runs the reads and the close
   * @return done once no more is read from the source and it is closed
   */
  static Future<Void> send(byte[] first, InputStream source, RoutingContext ctx, Executor reads) {
    StreamedBody body = new StreamedBody(source, reads, ctx.response());
    ctx.addEndHandler(
        ended -> {
          if (ended.failed()) {
            body.end(ended.cause());
          }
        });
    ctx.response().setChunked(true);
    body.piece = Future.succeededFuture(first);
    body.write(first);
    return body.end.future().eventually(() -> close(source, reads)).eventually(() -> body.piece);
  }

  /** Empty at the end of the source. */
  static byte[] piece(InputStream source) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    int length = source.read(piece);
    return length < 0 ? new byte[0] : Arrays.copyOf(piece, length);
  }

  /** Closes a source, also while it is being read. */
  static Future<Void> close(InputStream source, Executor reads) {
    return call(
        reads,
        () -> {
          source.close();
          return null;
        });
  }

  private void write(byte[] bytes) {
    if (bytes.length == 0) {
      response.end().onSuccess(sent -> end(null)).onFailure(this::end);
    } else {
      response.write(Buffer.buffer(bytes)).onSuccess(this::next).onFailure(this::end);
    }
  }

  private void next(Void sent) {
    if (!end.future().isComplete()) {
      piece = call(reads, () -> piece(source)).onSuccess(this::write).onFailure(this::end);
    }
  }

  /** Completes on the context of the caller. */
  private static <T> Future<T> call(Executor reads, Callable<T> work) {
    var result = new CompletableFuture<T>();
    Runnable run =
        () -> {
          try {
            result.complete(work.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        };
    try {
      reads.execute(run);
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
    return Future.fromCompletionStage(result, Vertx.currentContext());
  }

  /** A body that breaks off must not look complete: the connection is closed instead. */
  private void end(Throwable failure) {
    if (failure == null) {
      end.tryComplete();
    } else if (end.tryFail(failure)) {
      response.reset();
    }
  }
}
