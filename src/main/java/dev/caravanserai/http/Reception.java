package dev.caravanserai.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Limits how long a caller may hold a connection: by a head or a body that does not end (408), by
 * silence between requests, or by not reading the response; and how much a caller may send ahead of
 * the response. One per connection; runs on its event loop.
 */
final class Reception extends ChannelDuplexHandler {
  private static final AttributeKey<Reception> KEY =
      AttributeKey.valueOf(Reception.class.getName());

  /** Maximum size of the requests that wait for the response to an earlier one. */
  private static final int PIPELINED_BYTES = 64 * 1024;

  private enum Phase {
    /** Nothing of the next request has arrived. */
    IDLE,
    HEAD,
    BODY,
    /** The request is complete. */
    ANSWER,
    /** The connection is a WebSocket. */
    SOCKET
  }

  private final HttpLimits limits;
  private final Channel channel;
  private final RequestQueue queue = new RequestQueue();

  private Phase phase = Phase.IDLE;

  /** The last request whose head has arrived. */
  private RoutingContext request;

  private Future<?> timer;

  private Reception(HttpLimits limits, Channel channel) {
    this.limits = limits;
    this.channel = channel;
  }

  /** Starts with a new connection. */
  static void begin(HttpConnection connection, HttpLimits limits) {
    var vertx = ((ConnectionBase) connection).channelHandlerContext();
    var channel = vertx.channel();
    var reception = new Reception(limits, channel);
    channel.attr(KEY).set(reception);
    channel
        .pipeline()
        .addBefore(vertx.name(), null, reception.queue)
        .addFirst(
            new IdleStateHandler(true, 0, limits.idle().toMillis(), 0, TimeUnit.MILLISECONDS),
            reception);
    reception.wait(limits.receive());
  }

  /** The head of a request is complete. To be called before its response. */
  static void body(RoutingContext ctx) {
    var reception = of(ctx);
    reception.phase = Phase.BODY;
    reception.request = ctx;
    reception.wait(reception.limits.receive());
    ctx.addHeadersEndHandler(head -> RequestBody.abandon(ctx));
    ctx.addEndHandler(done -> reception.answered());
  }

  /** The request is complete. */
  static void complete(RoutingContext ctx) {
    of(ctx).unlimited(Phase.ANSWER);
  }

  /** The connection becomes a WebSocket, whose idle time is not watched here. */
  static void upgrade(RoutingContext ctx) {
    of(ctx).unlimited(Phase.SOCKET);
  }

  private void unlimited(Phase next) {
    phase = next;
    cancel();
  }

  /** Sends what has been written, before Vert.x closes the connection. */
  static void flush(RoutingContext ctx) {
    of(ctx).channel.flush();
  }

  private static Reception of(RoutingContext ctx) {
    return ((ConnectionBase) ctx.request().connection()).channel().attr(KEY).get();
  }

  /** Also called when the connection ends before the response, after {@link #channelInactive}. */
  private void answered() {
    if (phase == Phase.SOCKET || !channel.isActive()) {
      return;
    }
    if (request != null && request.request().isEnded()) {
      request = null; // an idle connection keeps nothing of it in memory
    }
    phase = Phase.IDLE;
    wait(limits.idle());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (phase == Phase.IDLE && (request == null || request.request().isEnded())) {
      phase = Phase.HEAD;
      wait(limits.receive());
    }
    if (queue.bytes() > PIPELINED_BYTES) {
      ReferenceCountUtil.release(bytes);
      close();
    } else {
      context.fireChannelRead(bytes);
    }
  }

  /**
   * Each ping of a WebSocket is answered, so a caller who does not read the answers is not read
   * from: they would fill the memory.
   */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (phase == Phase.SOCKET) {
      channel.config().setAutoRead(channel.isWritable());
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancel();
    request = null;
    context.fireChannelInactive();
  }

  /** The second of two events in a row: nothing has left since the first. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == IdleStateEvent.WRITER_IDLE_STATE_EVENT && pending() > 0) {
      close();
    }
    if (!(event instanceof IdleStateEvent)) {
      context.fireUserEventTriggered(event);
    }
  }

  private long pending() {
    var buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** At once; Vert.x would wait until everything is written. */
  private void close() {
    channel.config().setAutoRead(false); // Netty may be reading
    channel.pipeline().context(this).close();
  }

  private void wait(Duration time) {
    cancel();
    timer = schedule(time, this::expired);
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private Future<?> schedule(Duration time, Runnable what) {
    return channel.eventLoop().schedule(what, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void expired() {
    if (!queue.isEmpty() || phase == Phase.IDLE && pending() > 0) {
      wait(limits.idle()); // the response is still being read
    } else if (phase == Phase.IDLE) {
      close();
    } else if (phase == Phase.HEAD) {
      var body = limits.tooLate("head").json();
      var head =
          "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(Problem.CONTENT_TYPE, body.length)
              .getBytes(StandardCharsets.US_ASCII);
      channel
          .pipeline()
          .context(this)
          .writeAndFlush(Unpooled.wrappedBuffer(head, body))
          .addListener(ChannelFutureListener.CLOSE);
    } else if (phase == Phase.BODY && !request.response().headWritten()) {
      request.response().putHeader("Connection", "close");
      limits.tooLate("body").write(request.response());
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
