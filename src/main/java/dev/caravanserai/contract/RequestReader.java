package dev.caravanserai.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.SessionSpec;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Turns JSON that is valid by the contract into requests, and requests into JSON. */
final class RequestReader {
  private static final JsonMapper JSON =
      Json.records()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .addMixIn(SessionSpec.class, Seconds.class)
          .addMixIn(ExecSpec.class, Seconds.class)
          .build();

  private interface Seconds {
    @JsonProperty("timeoutSeconds")
    Optional<Duration> timeout();
  }

  private RequestReader() {}

  static SessionSpec session(JsonNode body, String tenant, Optional<String> idempotencyKey) {
    ObjectNode all = body.<ObjectNode>deepCopy().put("tenant", tenant);
    idempotencyKey.ifPresent(key -> all.put("idempotencyKey", key));
    return read(all, SessionSpec.class);
  }

  /**
   * A request as JSON of schema {@code StartSession}, which has neither tenant nor Idempotency-Key.
   */
  static ObjectNode json(SessionSpec request) {
    ObjectNode all = (ObjectNode) StrictJson.tree(JSON, request);
    all.remove(List.of("tenant", "idempotencyKey"));
    JsonNode seconds = all.path("timeoutSeconds");
    if (seconds.canConvertToExactIntegral()) {
      all.put("timeoutSeconds", seconds.longValue());
    }
    return all;
  }

  static ExecSpec exec(JsonNode body) {
    ObjectNode all = body.deepCopy();
    if (all.has("stdin")) {
      String stdin = all.get("stdin").textValue();
      all.put(
          "stdin",
          all.path("encoding").asText().equals("base64")
              ? base64(stdin)
              : stdin.getBytes(StandardCharsets.UTF_8));
    }
    if (all.has("timeoutSeconds")) {
      // To the millisecond, rounded up so that it is never zero
      all.put(
          "timeoutSeconds",
          all.get("timeoutSeconds").decimalValue().setScale(3, RoundingMode.CEILING));
    }
    return read(all, ExecSpec.class);
  }

  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw InvalidRequestException.at(
          "/stdin",
          "must be base64 (RFC 4648, without line breaks) because encoding is base64, but it has an "
              + e.getMessage().replaceFirst("^I", "i"));
    }
  }

  private static <T> T read(JsonNode json, Class<T> type) {
    try {
      return JSON.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Valid by the contract, but not readable", e);
    }
  }
}
