package dev.caravanserai.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.InvalidRequestException;
import java.util.Map;
import org.apache.camel.Message;

/** Reads a body that is JSON: text, bytes, a stream, a map, a tree, or nothing. */
final class JsonBody {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonBody() {}

  static JsonNode read(Message message) {
    Object body = message.getBody();
    if (body instanceof JsonNode node) {
      return node;
    }
    if (body instanceof Map<?, ?> map) {
      return JSON.valueToTree(map);
    }
    String text = body == null ? "" : message.getBody(String.class);
    if (text == null || text.isBlank()) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw InvalidRequestException.at(
          "", "the body is no JSON: " + e.getOriginalMessage() + " at " + at(e));
    }
  }

  private static String at(JsonProcessingException e) {
    return "line %d, column %d"
        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
