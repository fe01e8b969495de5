package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * The response of a route: its body and the headers that the route has set. Headers of the request
 * are not sent back.
 *
 * @param body empty array for none; of a stream, its first piece
 * @param rest what follows the first piece of a stream
 */
record Answer(
    int status, Map<String, Iterable<String>> headers, byte[] body, Optional<ByteSource> rest) {

  private static final byte[] NONE = {};

  /**
   * Reads it from an exchange that is done. May block, so not on an event loop. A stream that does
   * not become the {@link #rest} is closed.
   *
   * @param asked the message's headers before the route began
   * @param reads runs the reads of a stream, and its close
   */
  static Answer of(
      Exchange exchange, Map<String, Object> asked, HeaderFilterStrategy filter, Executor reads) {
    Optional<ByteSource> stream = Optional.empty();
    Answer answer;
    try {
      if (exchange.getException() != null) {
        stream = live(exchange, reads);
        throw exchange.getException();
      }
      stream = stream(exchange, reads);
      answer = of(exchange, stream, asked, filter);
    } catch (Throwable e) {
      boolean ended =
          e instanceof RejectedExecutionException
              && exchange.getContext().getShutdownStrategy().isForceShutdown();
      answer = of(ended ? Problems.ended() : Problems.of(e, exchange), Map.of());
    }
    if (answer.rest.isEmpty()) {
      stream.ifPresent(ByteSource::close);
    }
    return answer;
  }

  private static Answer of(
      Exchange exchange,
      Optional<ByteSource> stream,
      Map<String, Object> asked,
      HeaderFilterStrategy filter)
      throws Exception {
    var message = exchange.getMessage();
    var body = stream.isPresent() ? first(stream.get()) : body(message);
    boolean none = body.length == 0 && !(message.getBody() instanceof ByteSource);
    var headers = headers(exchange, asked, filter);
    int status = status(message).orElse(none ? 204 : 200);
    if (status >= 400 && none) {
      var request = Request.of(exchange);
      return of(Problems.of(status, request.method(), request.path()), headers);
    }
    if (none) {
      headers.keySet().removeIf(name -> name.equalsIgnoreCase("Content-Type"));
    } else if (headers.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
      Optional.ofNullable(exchange.getVariable(ContractConsumer.MEDIA_TYPE, String.class))
          .ifPresent(type -> headers.put("Content-Type", List.of(withCharset(type))));
    }
    return new Answer(status, headers, body, stream.filter(s -> !none));
  }

  /** A stream is read once to see whether it is readable; other sources are open already. */
  private static byte[] first(ByteSource source) throws IOException {
    return source instanceof StreamSource stream ? stream.read().orElse(NONE) : NONE;
  }

  /** A stream whose source may be silent for any time, unlike a file or a stream cache. */
  static Optional<ByteSource> live(Exchange exchange, Executor reads) {
    var body = exchange.getMessage().getBody();
    if (body instanceof ByteSource source) {
      return Optional.of(source);
    }
    return body instanceof InputStream in && !(in instanceof StreamCache)
        ? Optional.of(new StreamSource(in, reads))
        : Optional.empty();
  }

  private static Answer of(Problem problem, Map<String, Iterable<String>> headers) {
    var all = new LinkedHashMap<>(headers);
    all.keySet().removeIf(name -> name.equalsIgnoreCase("Content-Type"));
    problem.headers().forEach((name, value) -> all.put(name, List.of(value)));
    return new Answer(problem.status(), all, problem.json(), Optional.empty());
  }

  /** A body that may be larger than the memory. */
  private static Optional<ByteSource> stream(Exchange exchange, Executor reads)
      throws InvalidPayloadException {
    var message = exchange.getMessage();
    if (message.getBody() instanceof StreamCache cache) {
      cache.reset();
    } else if (!(message.getBody() instanceof WrappedFile)) {
      return live(exchange, reads);
    }
    return Optional.of(new StreamSource(message.getMandatoryBody(InputStream.class), reads));
  }

  private static Optional<Integer> status(Message message) {
    Object given = message.getHeader(Exchange.HTTP_RESPONSE_CODE);
    Integer status =
        message.getExchange().getContext().getTypeConverter().tryConvertTo(Integer.class, given);
    if (given != null && (status == null || status < 200 || status > 599)) {
      throw new UnsendableException(
          "the header %s is %s: set it to a status from 200 to 599"
              .formatted(Exchange.HTTP_RESPONSE_CODE, given),
          null);
    }
    return Optional.ofNullable(status);
  }

  private static byte[] body(Message message) {
    var body = message.getBody();
    if (body == null) {
      return NONE;
    }
    if (body instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return message
          .getExchange()
          .getContext()
          .getTypeConverter()
          .mandatoryConvertTo(byte[].class, message.getExchange(), body);
    } catch (NoTypeConversionAvailableException e) {
      throw new UnsendableException(
          "the body is a %s, which is no text and no bytes: let the route end with the step marshal: {json: {}}, or set another body"
              .formatted(body.getClass().getName()),
          e);
    }
  }

  /** RFC 9110, 8.3.1: text needs a charset; JSON is UTF-8 (RFC 8259). */
  private static String withCharset(String type) {
    return type.startsWith("text/") ? type + "; charset=utf-8" : type;
  }

  /** A header whose value is the same object as in the request was not set by the route. */
  private static Map<String, Iterable<String>> headers(
      Exchange exchange, Map<String, Object> asked, HeaderFilterStrategy filter) {
    var converter = exchange.getContext().getTypeConverter();
    var set = new LinkedHashMap<String, Iterable<String>>();
    exchange
        .getMessage()
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (value == null
                  || asked.get(name) == value
                  || !name.equalsIgnoreCase("Content-Type")
                      && filter.applyFilterToCamelHeaders(name, value, exchange)) {
                return;
              }
              var values = new ArrayList<String>();
              for (Object one : value instanceof Iterable<?> many ? many : List.of(value)) {
                Optional.ofNullable(converter.tryConvertTo(String.class, exchange, one))
                    .ifPresent(values::add);
              }
              try {
                HttpHeaders.headers().set(name, values); // checks both
              } catch (IllegalArgumentException e) {
                throw new UnsendableException(
                    "the name or the value of the header %s has a character that HTTP does not allow there, such as a line break: remove it"
                        .formatted(name),
                    e);
              }
              set.put(name, values);
            });
    return set;
  }

  /**
   * Sends it, unless the caller has left or the route has sent a response itself. On the response's
   * own context.
   *
   * @param idle how long the caller of a WebSocket may be silent
   * @return done once the caller has everything, or has left
   */
  Future<Void> write(RoutingContext ctx, Duration idle) {
    HttpServerResponse response = ctx.response();
    try {
      if (!response.headWritten() && !response.closed()) {
        if (rest.isPresent() && WebSockets.requested(ctx)) {
          return upgrade(ctx, idle);
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        if (rest.isPresent() && ctx.get(HttpEngine.HEAD) == null) {
          return StreamedBody.send(body, rest.get(), new ChunkedBody(ctx));
        } else if (body.length == 0 || rest.isPresent()) {
          rest.ifPresent(ByteSource::close);
          return response.end();
        } else {
          return response.end(Buffer.buffer(body));
        }
      }
    } catch (RuntimeException | Error e) {
      ctx.fail(e);
    }
    rest.ifPresent(ByteSource::close);
    return Future.succeededFuture();
  }

  /** The headers of the answer are not sent, but for the type: it tells text from bytes. */
  private Future<Void> upgrade(RoutingContext ctx, Duration idle) {
    boolean text =
        headers.entrySet().stream()
            .filter(header -> header.getKey().equalsIgnoreCase("Content-Type"))
            .anyMatch(header -> header.getValue().iterator().next().startsWith("text/"));
    Reception.upgrade(ctx);
    return ctx.request()
        .toWebSocket()
        .onFailure(
            refused -> {
              rest.ifPresent(ByteSource::close);
              ctx.request().connection().close();
            })
        .compose(
            socket ->
                StreamedBody.send(
                    body, rest.get(), new SocketFrames(ctx.vertx(), socket, text, idle)));
  }
}
