package dev.caravanserai.http;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The body of a request, in memory. Its bytes count in the memory of all bodies from their arrival
 * until both the request and its route have ended.
 */
final class RequestBody {
  private static final String KEY = RequestBody.class.getName();
  private static final String NONE = KEY + ".none";
  private static final byte[] NOTHING = {};
  private static final int LINGER_SECONDS = 5;

  private final Shares memory;
  private final String tenant;
  private Buffer received = Buffer.buffer();
  private byte[] bytes = NOTHING;
  private int size;
  private int holders = 1;

  private RequestBody(Shares memory, String tenant) {
    this.memory = memory;
    this.tenant = tenant;
  }

  /** Of a request whose body has been received. */
  static RequestBody of(RoutingContext ctx) {
    return ctx.get(KEY);
  }

  /**
   * The operation takes no body: refuses a request with one, at once or as soon as a part of it
   * arrives. A gateway may send an empty one in chunks.
   */
  static void none(RoutingContext ctx) {
    ctx.put(NONE, true);
    if (length(ctx.request()) > 0) {
      ctx.fail(notTaken());
    } else {
      ctx.next();
    }
  }

  private static FailureException notTaken() {
    return FailureException.of(
        FailureCode.INVALID_REQUEST, "This operation takes no body: send none.");
  }

  static boolean announced(HttpServerRequest request) {
    return length(request) > 0 || request.headers().contains("Transfer-Encoding");
  }

  private static long length(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader("Content-Length")).map(Long::valueOf).orElse(0L);
  }

  /**
   * Receives the body and calls the next handler, or fails the request: 413 if the body is too
   * large, 429 if there is no memory for it. On the request's event loop.
   *
   * @param memory of all bodies
   */
  static void receive(RoutingContext ctx, HttpLimits limits, Shares memory) {
    HttpServerRequest request = ctx.request();
    var body = new RequestBody(memory, Guard.principal(ctx).orElseThrow().tenant());
    ctx.put(KEY, body);
    ctx.addEndHandler(ended -> body.release());
    if (WebSockets.requested(ctx)) {
      ctx.next(); // the handshake, which has no body, reads the request itself
    } else if (length(request) > limits.bodyBytes()) {
      ctx.fail(limits.tooLarge());
    } else if (expected(ctx)) {
      request
          .exceptionHandler(ctx::fail)
          .handler(piece -> body.add(piece, ctx, limits))
          .endHandler(end -> body.complete(ctx));
    }
  }

  /**
   * To be called when the head of a response is written: if the body of the request has not been
   * received, closes the connection once it has, or after {@value #LINGER_SECONDS} s. If it were
   * closed at once, the caller might lose the response (RFC 9112, 9.6).
   */
  static void abandon(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (announced(request) && !request.isEnded()) {
      ctx.response().putHeader("Connection", "close");
      request.handler(piece -> {}).endHandler(end -> request.connection().close());
      ctx.vertx()
          .setTimer(
              TimeUnit.SECONDS.toMillis(LINGER_SECONDS), late -> request.connection().close());
    }
  }

  /** RFC 9110, 10.1.1. */
  private static boolean expected(RoutingContext ctx) {
    var expectation = ctx.request().getHeader("Expect");
    if (expectation == null || ctx.request().version() == HttpVersion.HTTP_1_0) {
      return true;
    }
    boolean known = HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation);
    if (known) {
      ctx.response().writeContinue();
    } else {
      ctx.fail(
          new StatusException(
              417,
              "The header Expect may only be 100-continue (RFC 9110, 10.1.1): send the request without it."));
    }
    return known;
  }

  private void add(Buffer piece, RoutingContext ctx, HttpLimits limits) {
    if (ctx.response().ended()) {
      return; // refused meanwhile
    }
    if (ctx.get(NONE) != null) {
      ctx.fail(notTaken());
    } else if (size + (long) piece.length() > limits.bodyBytes()) {
      ctx.fail(limits.tooLarge());
    } else if (!memory.take(tenant, piece.length())) {
      ctx.fail(limits.noBodyMemory());
    } else {
      size += piece.length();
      received.appendBuffer(piece);
    }
  }

  private void complete(RoutingContext ctx) {
    if (!ctx.response().ended()) {
      bytes = received.getBytes();
      received = null;
      ctx.next();
    }
  }

  /** Empty if there is none. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * @param allowed media types of a body, each perhaps a range (RFC 9110, 12.5.1); empty for any
   * @throws StatusException 415 if the body is declared as none of them, or not declared
   */
  void requireType(Collection<String> allowed, RoutingContext ctx) {
    String type = String.join(", ", ctx.request().headers().getAll("Content-Type"));
    if (bytes.length == 0 && type.isEmpty() || allowed.isEmpty()) {
      return;
    }
    String declared = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (allowed.stream().noneMatch(range -> Accept.specificity(range, declared) >= 0)) {
      throw new StatusException(
          415,
          "The body needs the header Content-Type: %s; the request has %s."
              .formatted(String.join(" or ", allowed), type.isEmpty() ? "none" : type));
    }
  }

  /** Another, besides the request, needs the bytes until it calls {@link #release}. */
  synchronized void retain() {
    holders++;
  }

  synchronized void release() {
    holders--;
    if (holders == 0) {
      memory.giveBack(tenant, size);
      size = 0;
      received = Buffer.buffer();
      bytes = NOTHING;
    }
  }
}
