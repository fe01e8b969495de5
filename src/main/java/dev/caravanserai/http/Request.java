package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.Exchange;

/**
 * An HTTP request as received, without secrets. Separate from the message's headers, where
 * parameters of the query, headers and parameters of the path are mixed.
 *
 * @param method in upper case
 * @param path normalised (RFC 3986, section 6), still percent-encoded
 * @param headers by name in any case; several values joined by a comma (RFC 9110, section 5.3)
 * @param query decoded, in their order
 */
record Request(
    String method, String path, Map<String, String> headers, Map<String, List<String>> query) {

  private static final String PROPERTY = "CaravanseraiRequest";
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie");

  Request {
    var ignoringCase = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    ignoringCase.putAll(headers);
    headers = Collections.unmodifiableMap(ignoringCase);
    query = Collections.unmodifiableMap(new LinkedHashMap<>(query));
  }

  static Request of(RoutingContext ctx) {
    var headers = new LinkedHashMap<String, String>();
    lists(ctx.request().headers())
        .forEach(
            (name, values) -> {
              if (!SECRET.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, values.size() == 1 ? values.get(0) : String.join(", ", values));
              }
            });
    return new Request(
        ctx.request().method().name(), ctx.normalizedPath(), headers, lists(ctx.queryParams()));
  }

  private static Map<String, List<String>> lists(MultiMap entries) {
    var lists = new LinkedHashMap<String, List<String>>();
    entries.forEach(
        (name, value) -> lists.computeIfAbsent(name, k -> new ArrayList<>()).add(value));
    return lists;
  }

  /**
   * @throws FailureException if the exchange did not begin with an HTTP request
   */
  static Request of(Exchange exchange) {
    return find(exchange)
        .orElseThrow(
            () ->
                FailureException.of(
                    FailureCode.CONFIG_ERROR,
                    "This step reads an HTTP request, but route %s began with something else."
                        .formatted(exchange.getFromRouteId())));
  }

  /** Empty if the exchange did not begin with an HTTP request. */
  static Optional<Request> find(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(PROPERTY, Request.class));
  }

  void keepIn(Exchange exchange) {
    exchange.setProperty(PROPERTY, this);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
