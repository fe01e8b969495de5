package dev.caravanserai.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Sends a body in chunks (RFC 9112, 7.1). */
final class ChunkedBody implements Carrier {
  private final HttpServerResponse response;
  private final Promise<Void> gone = Promise.promise();

  ChunkedBody(RoutingContext ctx) {
    this.response = ctx.response().setChunked(true);
    ctx.addEndHandler(gone);
  }

  @Override
  public Future<Void> write(byte[] piece) {
    return response.write(Buffer.buffer(piece));
  }

  @Override
  public Future<Void> end() {
    return response.end();
  }

  @Override
  public void abort(Throwable failure) {
    response.reset();
  }

  @Override
  public Future<Void> gone() {
    return gone.future();
  }
}
