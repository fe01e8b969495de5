package dev.caravanserai.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import io.vertx.ext.web.Router;

/**
 * Adds a connection handler to Camel's HTTP server, which is possible only before it listens.
 * HTTP/2 in clear text is disabled: it calls the handler only after the first bytes. So is the
 * compression of WebSockets, which takes memory for each.
 */
final class ServerVertx extends VertxWrapper {
  /**
   * Of a connection, in bytes. The kernel's own choice is up to 4 MiB, a third of which a slow
   * caller has to read before the server notices.
   */
  private static final int SEND_BUFFER = 128 * 1024;

  private final HttpLimits limits;
  private HttpServer server;
  private volatile boolean complete;

  ServerVertx(HttpLimits limits) {
    super((VertxInternal) Vertx.vertx());
    this.limits = limits;
  }

  @Override
  public HttpServer createHttpServer(HttpServerOptions options) {
    server =
        super.createHttpServer(
                options
                    .setSendBufferSize(SEND_BUFFER)
                    .setHttp2ClearTextEnabled(false)
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false))
            .invalidRequestHandler(ServerVertx::refuse)
            .connectionHandler(connection -> begin(connection, options));
    return server;
  }

  /** Until all routes run, a connection is closed: a 404 would say that a session is gone. */
  private void begin(HttpConnection connection, HttpServerOptions options) {
    if (complete) {
      StrictDecoder.use(connection, options);
      Reception.begin(connection, limits);
    } else {
      connection.close();
    }
  }

  /** All routes run: accepts connections from now on. */
  void complete() {
    complete = true;
  }

  /** The router that Camel's own is mounted in; once the server listens. */
  Router router() {
    return (Router) server.requestHandler();
  }

  /** Refuses invalid HTTP, and lines and headers that are too long (RFC 9110, RFC 6585). */
  private static void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status =
        cause instanceof TooLongHttpLineException
            ? 414
            : cause instanceof TooLongHttpHeaderException ? 431 : 400;
    request.response().putHeader("X-Content-Type-Options", "nosniff");
    request.response().putHeader("Connection", "close");
    Problem.of(
            new StatusException(
                status, "The head of the request cannot be read: %s".formatted(cause.getMessage())))
        .write(request.response());
    request.connection().close();
  }
}
