package dev.caravanserai.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Converts an HTTP request to a Camel message: parameters of the query, headers and parameters of
 * the path become message headers, the later overriding the earlier; none may begin with {@code
 * Camel}.
 */
final class RequestMessage {
  private final HeaderFilterStrategy filter;
  private final HttpPath path;

  RequestMessage(HeaderFilterStrategy filter, HttpPath path) {
    this.filter = filter;
    this.path = path;
  }

  /** Fills the exchange once the body is complete. */
  void fill(Exchange exchange, RoutingContext ctx) {
    var http = ctx.request();
    var request = Request.of(ctx);
    request.keepIn(exchange);
    var message = new HttpMessage(exchange, http, ctx.response());
    exchange.setMessage(message);
    request
        .query()
        .forEach((name, values) -> put(message, name, values.size() == 1 ? values.get(0) : values));
    request.headers().forEach((name, value) -> put(message, name, value));
    path.values(ctx).forEach((name, value) -> put(message, name, value));
    var headers = message.getHeaders();
    headers.put(Exchange.HTTP_METHOD, request.method());
    headers.put(Exchange.HTTP_PATH, request.path());
    headers.put(Exchange.HTTP_URL, http.absoluteURI());
    headers.put(Exchange.HTTP_URI, http.path());
    put(headers, Exchange.HTTP_QUERY, http.query());
    put(headers, Exchange.HTTP_RAW_QUERY, http.query());
    var charset = ctx.parsedHeaders().contentType().parameter("charset");
    if (charset != null) {
      exchange.setProperty(Exchange.CHARSET_NAME, charset);
    }
    byte[] body = RequestBody.of(ctx).bytes();
    message.setBody(body.length == 0 ? null : body);
  }

  private void put(Message message, String name, Object value) {
    if (!filter.applyFilterToExternalHeaders(name, value, message.getExchange())) {
      message.setHeader(name, value);
    }
  }

  private static void put(Map<String, Object> headers, String name, Object value) {
    if (value != null) {
      headers.put(name, value);
    }
  }
}
