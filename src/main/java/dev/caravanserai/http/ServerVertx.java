package dev.caravanserai.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;

/**
 * Makes Camel's HTTP server watch its connections, which can only be set before it listens. Without
 * HTTP/2 in clear text: that waits for the first bytes before there is a connection to watch.
 */
final class ServerVertx extends VertxWrapper {
  private final HttpLimits limits;

  ServerVertx(HttpLimits limits) {
    super((VertxInternal) Vertx.vertx());
    this.limits = limits;
  }

  @Override
  public HttpServer createHttpServer(HttpServerOptions options) {
    return super.createHttpServer(options.setHttp2ClearTextEnabled(false))
        .connectionHandler(connection -> Reception.begin(connection, limits));
  }
}
