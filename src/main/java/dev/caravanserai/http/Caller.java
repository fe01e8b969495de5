package dev.caravanserai.http;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The caller of a request. */
public final class Caller {
  /** Exchange property: a {@link CompletionStage} that is done once the caller has left. */
  public static final String GONE = "CamelPodCallerGone";

  private static final int PROBE_AFTER_SECONDS = 10;
  private static final int PROBE_EVERY_SECONDS = 10;
  private static final int PROBES = 3;

  /** By name: their constants are in the module jdk.net, which not every runtime has. */
  private static final Map<String, Integer> PROBING =
      Map.of(
          "TCP_KEEPIDLE", PROBE_AFTER_SECONDS,
          "TCP_KEEPINTERVAL", PROBE_EVERY_SECONDS,
          "TCP_KEEPCOUNT", PROBES);

  private Caller() {}

  /**
   * Completes when the connection ends before the response has been written, and only then. A peer
   * that disappears without closing is noticed too, within {@value #PROBE_AFTER_SECONDS} s +
   * {@value #PROBES} × {@value #PROBE_EVERY_SECONDS} s, where the runtime has the module jdk.net.
   * To be called on the request's event loop.
   */
  static CompletionStage<Void> gone(RoutingContext ctx) {
    var gone = new CompletableFuture<Void>();
    ctx.addEndHandler(
        written -> {
          if (written.failed()) {
            gone.complete(null);
          }
        });
    if (ctx.request().connection() instanceof ConnectionBase connection) {
      probe(connection.channel().config());
    }
    return gone.minimalCompletionStage();
  }

  /** TCP keep-alive, whose own first probe would come after two hours (tcp(7)). */
  private static void probe(ChannelConfig socket) {
    if (!Boolean.TRUE.equals(socket.getOption(ChannelOption.SO_KEEPALIVE))) {
      socket.setOption(ChannelOption.SO_KEEPALIVE, true);
      Map<ChannelOption<?>, Object> options = socket.getOptions();
      options.keySet().removeIf(option -> !PROBING.containsKey(option.name()));
      options.replaceAll((option, theirs) -> PROBING.get(option.name()));
      socket.setOptions(options);
    }
  }
}
