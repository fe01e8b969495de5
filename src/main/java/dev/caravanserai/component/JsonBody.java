package dev.caravanserai.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.contract.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Message;

/** Reads a body that is JSON: text, bytes, a stream, a map, a tree, or nothing. */
final class JsonBody {
  private JsonBody() {}

  static JsonNode read(Message message) {
    Object body = message.getBody();
    if (body instanceof JsonNode || body instanceof Map) {
      return StrictJson.tree(body);
    }
    String text = body == null ? "" : message.getBody(String.class);
    return text == null || text.isBlank()
        ? StrictJson.tree(Map.of())
        : StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
