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
      request
          .response()
          .setStatusCode(code)
          .putHeader("Content-Type", "application/json")
          .end(body.toString());
    }
  }

  /** As a table for a caller that wants one. */
  static void object(HttpServerRequest request, int code, Kind kind, ObjectNode object) {
    json(
        request,
        code,
        wantsTable(request) ? Tables.of(kind, object, includeObject(request), true) : object);
  }

  static boolean wantsTable(HttpServerRequest request) {
    String accept = Optional.ofNullable(request.getHeader("Accept")).orElse("");
    String first = accept.split(",", 2)[0].replace(" ", "");
    return first.contains("as=Table") && (first + ";").contains("v=v1;");
  }

  static String includeObject(HttpServerRequest request) {
    return Optional.ofNullable(request.getParam("includeObject")).orElse("Metadata");
  }

  static String contentType(HttpServerRequest request) {
    String type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
    return type.split(";", 2)[0].trim();
  }
}
