package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Access to the fields that every object has; a missing text is "". */
final class Json {
  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A {@code Status} object. */
  static ObjectNode status(String outcome) {
    ObjectNode status = object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", outcome);
  }

  static ObjectNode meta(ObjectNode object) {
    return object.get("metadata") instanceof ObjectNode meta ? meta : object.putObject("metadata");
  }

  static String text(JsonNode node, String pointer) {
    return node.at(pointer).asText("");
  }

  static String name(JsonNode object) {
    return text(object, "/metadata/name");
  }

  static String namespace(JsonNode object) {
    return text(object, "/metadata/namespace");
  }

  static String uid(JsonNode object) {
    return text(object, "/metadata/uid");
  }

  static boolean terminating(JsonNode object) {
    return object.path("metadata").hasNonNull("deletionTimestamp");
  }

  /** The items of a list that are objects. */
  static List<ObjectNode> objects(JsonNode list) {
    return list.valueStream()
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }

  /** Copies fields; a field that the source does not have is removed. */
  static void copyFields(ObjectNode target, JsonNode source, String... fields) {
    for (String field : fields) {
      target.remove(field);
      if (source.has(field)) {
        target.set(field, source.get(field).deepCopy());
      }
    }
  }
}
