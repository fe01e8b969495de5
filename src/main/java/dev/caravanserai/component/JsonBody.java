package dev.caravanserai.component;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.contract.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Message;

/** Reads a body that is JSON: text, bytes, a stream, a map, a tree, or nothing. */
final class JsonBody {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
