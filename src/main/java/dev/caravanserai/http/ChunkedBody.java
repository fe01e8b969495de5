package dev.caravanserai.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/** Sends a body in chunks (RFC 9112, 7.1); to HTTP/1.0, which has none, up to the close. */
final class ChunkedBody implements Carrier {
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Promise<Void> gone = Promise.promise();

  ChunkedBody(RoutingContext ctx) {
    this.request = ctx.request();
    this.response = ctx.response().setChunked(true);
    ctx.addEndHandler(gone);
  }

  @Override
  public Future<Void> write(byte[] piece) {
    return response.write(Buffer.buffer(piece));
  }

  @Override
  public Future<Void> end() {
    Future<Void> sent = response.end();
    return request.version() == HttpVersion.HTTP_1_0
        ? sent.onSuccess(done -> request.connection().close())
        : sent;
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
