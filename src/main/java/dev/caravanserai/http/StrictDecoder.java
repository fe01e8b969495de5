package dev.caravanserai.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Refuses a request with more than one Host (RFC 9112, 3.2), and one whose length is given twice,
 * or by a transfer coding other than {@code chunked}, which Netty would take: two servers in a row
 * may see different requests in it (RFC 9112, 6.1 and 6.3).
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

  /** Called once the head is complete. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage head) {
    var codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!codings.isEmpty()
        && (codings.size() > 1
            || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))
            || head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0)) {
      throw new IllegalArgumentException(
          "the only Transfer-Encoding is chunked, once, with HTTP/1.1");
    }
    if (head.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      throw new IllegalArgumentException("it has more than one header Host");
    }
    return super.isContentAlwaysEmpty(head);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage head) {
    throw new IllegalArgumentException("it has both Content-Length and Transfer-Encoding");
  }
}
