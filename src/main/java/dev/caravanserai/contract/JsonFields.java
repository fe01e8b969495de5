package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Takes fields out of JSON that has been checked; absent ones are empty. */
final class JsonFields {
  private JsonFields() {}

  static Optional<JsonNode> field(JsonNode object, String name) {
    return Optional.ofNullable(object.get(name));
  }

  static Optional<String> text(JsonNode object, String name) {
    return field(object, name).map(JsonNode::textValue);
  }

  static List<String> texts(JsonNode object, String name) {
    return StreamSupport.stream(object.path(name).spliterator(), false)
        .map(JsonNode::textValue)
        .toList();
  }

  /** In the order given. */
  static Map<String, String> textByName(JsonNode object, String name) {
    Map<String, String> map = new LinkedHashMap<>();
    object
        .path(name)
        .properties()
        .forEach(entry -> map.put(entry.getKey(), entry.getValue().textValue()));
    return map;
  }
}
