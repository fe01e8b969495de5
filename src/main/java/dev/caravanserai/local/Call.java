package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/** The parameters of a request, and its response in the format that the client accepts. */
record Call(HttpServerRequest request) {
  /** "" if the header is missing. */
  String header(String name) {
    return Optional.ofNullable(request.getHeader(name)).orElse("");
  }

  String contentType() {
    return header("Content-Type").split(";", 2)[0].trim();
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(request.getParam(name)).filter(v -> !v.isEmpty());
  }

  List<String> texts(String name) {
    return request.params().getAll(name);
  }

  boolean flag(String name) {
    return text(name).filter(v -> v.equals("true") || v.equals("1")).isPresent();
  }

  /** A whole number from 0. */
  Optional<Long> number(String name) {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().matches("\\d{1,18}")) {
      throw ApiError.bad("%s=%s: must be a whole number from 0".formatted(name, text.get()));
    }
    return text.map(Long::parseLong);
  }

  boolean dryRun() {
    if (texts("dryRun").stream().anyMatch(v -> !v.equals("All"))) {
      throw ApiError.bad("dryRun: only All is served, not " + texts("dryRun"));
    }
    return !texts("dryRun").isEmpty();
  }

  boolean wantsWebSocket() {
    return header("Upgrade").equalsIgnoreCase("websocket");
  }

  boolean wantsTable() {
    String first = header("Accept").split(",", 2)[0].replace(" ", "") + ";";
    return first.contains("as=Table;") && first.contains("v=v1;");
  }

  void answer(int code, JsonNode body) {
    if (!request.response().ended() && !request.response().closed()) {
      request.response().setStatusCode(code).putHeader("Content-Type", "application/json");
      request.response().end(body.toString());
    }
  }

  /** One object or a list; as a table if the client accepts one. */
  void answer(int code, Kind kind, ObjectNode object) {
    answer(code, wantsTable() ? Tables.of(kind, object, true) : object);
  }
}
