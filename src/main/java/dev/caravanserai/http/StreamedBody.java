package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
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
  private final Carrier carrier;
  private final Promise<Void> end = Promise.promise();
  private Future<?> piece = Future.succeededFuture();

  private StreamedBody(ByteSource source, Carrier carrier) {
    this.source = source;
    this.carrier = carrier;
  }

  /**
   * On the response's own context.
   *
   * @param first piece, which has been read already; empty if none has been
   * @return done once no more is read from the source
   */
  static Future<Void> send(byte[] first, ByteSource source, Carrier carrier) {
    StreamedBody body = new StreamedBody(source, carrier);
    carrier.gone().onFailure(body::end);
    body.write(Optional.of(first));
    return body.end.future().onComplete(done -> source.close()).eventually(() -> body.piece);
  }

  private void write(Optional<byte[]> bytes) {
    try {
      bytes
          .map(carrier::write)
          .orElseGet(carrier::end)
          .onSuccess(sent -> sent(bytes.isEmpty()))
          .onFailure(this::end);
    } catch (RuntimeException | Error e) {
      end(e); // the connection has ended
    }
  }

  private void sent(boolean all) {
    if (all) {
      end.tryComplete();
    } else if (!end.future().isComplete()) {
      Context context = Vertx.currentContext();
      // As a task of its own: of pieces that are there at once each would be deeper in the stack.
      piece =
          Future.fromCompletionStage(source.next(), context)
              .onSuccess(next -> context.runOnContext(now -> write(next)))
              .onFailure(this::breakOff);
    }
  }

  private void breakOff(Throwable failure) {
    if (!end.future().isComplete()) {
      LOG.info("A response was broken off, as its source failed: {}", failure.toString());
    }
    end(failure);
  }

  /** A body that breaks off must not look complete. */
  private void end(Throwable failure) {
    if (end.tryFail(failure)) {
      carrier.abort(failure);
    }
  }
}
