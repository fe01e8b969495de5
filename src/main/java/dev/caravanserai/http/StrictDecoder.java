package dev.caravanserai.http;

import io.netty.handler.codec.http.HttpMessage;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Refuses a request whose length is given twice, which Netty would take: two servers in a row may
 * see different requests in it (RFC 9112, 6.3).
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
  private StrictDecoder(HttpServerOptions options) {
    super(options);
  }

  /** For a connection on which nothing has been read. */
  static void use(HttpConnection connection, HttpServerOptions options) {
    ((ConnectionBase) connection)
        .channel()
        .pipeline()
        .replace(VertxHttpRequestDecoder.class, "strictDecoder", new StrictDecoder(options));
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage head) {
    throw new IllegalArgumentException("it has both Content-Length and Transfer-Encoding");
  }
}
