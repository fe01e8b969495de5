package dev.caravanserai.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes on the requests of a connection one at a time: a pipelined request (RFC 9112, 9.3.2) waits
 * until the response before it has been written to the socket. Without this, Vert.x starts it
 * inside the end of that response: many of them overflow the stack, and responses that the caller
 * does not read fill the memory. One per connection; runs on its event loop.
 */
final class RequestQueue extends ChannelDuplexHandler {
  /** What a request takes in memory, in bytes, however short it is. */
  private static final int SMALLEST_HEAD = 200;

  private final Queue<Object> waiting = new ArrayDeque<>();

  /** The response to the last request that was passed on has not been written. */
  private boolean busy;

  /** The last request that was passed on, or its response, ends the connection. */
  private boolean last;

  /** That request has been passed on as a whole. */
  private boolean complete;

  private long bytes;

  /** Whether no request waits. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Size of what waits, about as it was received; at least 200 for each request. */
  long bytes() {
    return bytes;
  }

  private static int size(Object message) {
    if (message instanceof HttpRequest request) {
      int head =
          request.uri().length()
              + request.headers().entries().stream()
                  .mapToInt(header -> header.getKey().length() + header.getValue().length())
                  .sum();
      return Math.max(head, SMALLEST_HEAD);
    }
    return message instanceof HttpContent content ? content.content().readableBytes() : 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (over() && message instanceof HttpObject || !context.channel().isActive()) {
      ReferenceCountUtil.release(message);
    } else if (waiting.isEmpty() && !(busy && message instanceof HttpRequest)) {
      pass(context, message);
    } else {
      bytes += size(message);
      waiting.add(message);
    }
  }

  private void pass(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      busy = true;
      last = !HttpUtil.isKeepAlive(request);
    }
    complete = message instanceof LastHttpContent;
    context.fireChannelRead(message);
  }

  /** What follows is dropped (RFC 9112, 9.6). */
  private boolean over() {
    return last && complete;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      last |= !HttpUtil.isKeepAlive(response);
      if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
        drop(); // the waiting bytes are not WebSocket frames
      }
    }
    if (message instanceof LastHttpContent && !interim(message)) {
      ChannelFutureListener written =
          response -> {
            if (response.isSuccess()) {
              written(context);
            } else {
              context.close();
            }
          };
      context.write(message, promise.unvoid().addListener(written));
    } else {
      context.write(message, promise);
    }
  }

  /** Also 101: a WebSocket is the last use of a connection. */
  private static boolean interim(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  /** A caller who waits for the response may send the next request from now on. */
  private void written(ChannelHandlerContext context) {
    if (waiting.isEmpty()) {
      busy = false;
    } else {
      context.executor().execute(() -> next(context));
    }
  }

  private void next(ChannelHandlerContext context) {
    busy = false;
    while (!waiting.isEmpty() && !(busy && waiting.peek() instanceof HttpRequest)) {
      if (over() || !context.channel().isActive()) {
        drop();
      } else {
        bytes -= size(waiting.peek());
        pass(context, waiting.remove());
      }
    }
    context.fireChannelReadComplete();
  }

  private void drop() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    bytes = 0;
  }

  /** The connection has ended. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
  }
}
