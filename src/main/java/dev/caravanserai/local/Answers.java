package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Writes answers as the caller accepts them. */
final class Answers {
  private Answers() {}

  static void json(HttpServerRequest request, int code, JsonNode body) {
    if (!request.response().ended() && !request.response().closed()) {
      request.response().setStatusCode(code).putHeader("Content-Type", "application/json");
      request.response().end(body.toString());
    }
  }

  /** One object or a list of a kind; as a table for a caller that wants one. */
  static void object(HttpServerRequest request, int code, Kind kind, ObjectNode object) {
    boolean table = wantsTable(request);
    json(request, code, table ? Tables.of(kind, object, includeObject(request), true) : object);
  }

  static boolean wantsTable(HttpServerRequest request) {
    String first = header(request, "Accept").split(",", 2)[0].replace(" ", "") + ";";
    return first.contains("as=Table;") && first.contains("v=v1;");
  }

  static String includeObject(HttpServerRequest request) {
    return Optional.ofNullable(request.getParam("includeObject")).orElse("Metadata");
  }

  static String contentType(HttpServerRequest request) {
    return header(request, "Content-Type").split(";", 2)[0].trim();
  }

  static String header(HttpServerRequest request, String name) {
    return Optional.ofNullable(request.getHeader(name)).orElse("");
  }
}
