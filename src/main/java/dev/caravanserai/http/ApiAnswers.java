package dev.caravanserai.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.contract.ExecJson;
import dev.caravanserai.contract.SessionJson;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.apache.camel.Exchange;

/**
 * Writes what the session routes give as the contract says. Bean {@code apiAnswers}; safe for use
 * by several threads.
 */
public final class ApiAnswers {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Body: a {@link Session}. */
  public void session(Exchange exchange) throws IOException {
    write(exchange, SessionJson.of(body(exchange, Session.class)));
  }

  /** Body: a {@link SessionPage}. */
  public void page(Exchange exchange) throws IOException {
    write(exchange, SessionJson.page(body(exchange, SessionPage.class)));
  }

  /** Body: an {@link ExecResult}. */
  public void result(Exchange exchange) throws IOException {
    var encoding =
        exchange.getProperty(ApiRequests.ENCODING, ExecSpec.Encoding.UTF8, ExecSpec.Encoding.class);
    write(exchange, ExecJson.of(body(exchange, ExecResult.class), encoding));
  }

  /** Body: the log as bytes. */
  public void logs(Exchange exchange) throws IOException {
    var log = body(exchange, byte[].class);
    if (ApiRequests.TEXT.equals(exchange.getProperty(ApiRequests.MEDIA_TYPE))) {
      exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "text/plain; charset=utf-8");
      exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
      exchange.getMessage().setBody(log);
      return;
    }
    var timestamps = exchange.getMessage().getHeader("CamelPodTimestamps", false, Boolean.class);
    var json = JSON.createObjectNode();
    var items = json.putArray("items");
    new String(log, StandardCharsets.UTF_8)
        .lines()
        .forEach(
            line ->
                items.add(timestamps ? timed(line) : JSON.createObjectNode().put("text", line)));
    write(exchange, json);
  }

  /** A line that begins with its time and a space; one that does not is text as it is. */
  private static JsonNode timed(String line) {
    int space = line.indexOf(' ');
    var time = space < 0 ? line : line.substring(0, space);
    try {
      var instant = OffsetDateTime.parse(time).toInstant();
      return JSON.createObjectNode()
          .put("text", space < 0 ? "" : line.substring(space + 1))
          .put("time", instant.toString());
    } catch (DateTimeException e) {
      return JSON.createObjectNode().put("text", line);
    }
  }

  private static <T> T body(Exchange exchange, Class<T> type) {
    var body = exchange.getMessage().getBody();
    if (!type.isInstance(body)) {
      throw new IllegalStateException(
          "Route %s needs a %s here, but its body is %s"
              .formatted(
                  exchange.getFromRouteId(),
                  type.getSimpleName(),
                  body == null ? "empty" : "a " + body.getClass().getName()));
    }
    return type.cast(body);
  }

  private static void write(Exchange exchange, JsonNode json) throws IOException {
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, ApiRequests.JSON_TYPE);
    exchange.getMessage().setBody(JSON.writeValueAsBytes(json));
  }
}
