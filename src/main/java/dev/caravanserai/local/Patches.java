package dev.caravanserai.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The patch types of Kubernetes. Lists with a merge key are merged by it in strategic merge and
 * apply patches; an apply keeps no field managers, so it adds and changes but never takes away.
 */
final class Patches {
  static final String APPLY = "application/apply-patch+yaml";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new YAMLMapper();
  private static final Map<String, String> MERGE_KEYS =
      Map.ofEntries(
          Map.entry("containers", "name"),
          Map.entry("initContainers", "name"),
          Map.entry("ephemeralContainers", "name"),
          Map.entry("env", "name"),
          Map.entry("volumes", "name"),
          Map.entry("imagePullSecrets", "name"),
          Map.entry("secrets", "name"),
          Map.entry("volumeMounts", "mountPath"),
          Map.entry("volumeDevices", "devicePath"),
          Map.entry("ownerReferences", "uid"),
          Map.entry("conditions", "type"),
          Map.entry("hostAliases", "ip"),
          Map.entry("podIPs", "ip"),
          Map.entry("topologySpreadConstraints", "topologyKey"));

  private Patches() {}

  /** The object with the patch in it. */
  static ObjectNode apply(String contentType, byte[] patch, ObjectNode object) {
    JsonNode result =
        switch (contentType) {
          case "application/json-patch+json" -> jsonPatch(read(JSON, patch), object);
          case "application/merge-patch+json" -> merge(object, read(JSON, patch));
          case "application/strategic-merge-patch+json" -> strategic(object, read(JSON, patch));
          case APPLY -> strategic(object, read(YAML, patch));
          default ->
              throw new ApiError(
                  415, "UnsupportedMediaType", "patch type \"" + contentType + "\" is not served");
        };
    if (result instanceof ObjectNode patched) {
      return patched;
    }
    throw new ApiError(400, "BadRequest", "the patch does not leave an object");
  }

  /** A body as JSON or YAML, by its content type; JSON when it has none. */
  static ObjectNode body(String contentType, byte[] body) {
    ObjectMapper mapper =
        switch (contentType) {
          case "", "application/json" -> JSON;
          case "application/yaml", APPLY -> YAML;
          default ->
              throw new ApiError(
                  415,
                  "UnsupportedMediaType",
                  "the local cluster takes bodies as application/json or application/yaml, not %s;"
                          .formatted(contentType)
                      + " with kubectl, use apply -f or create -f");
        };
    if (read(mapper, body) instanceof ObjectNode object) {
      return object;
    }
    throw new ApiError(400, "BadRequest", "the body is not an object");
  }

  private static JsonNode read(ObjectMapper mapper, byte[] bytes) {
    try {
      return mapper.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new ApiError(400, "BadRequest", "the body cannot be parsed: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new ApiError(400, "BadRequest", "the body cannot be read");
    }
  }

  private static JsonNode jsonPatch(JsonNode patch, ObjectNode object) {
    try {
      return JsonPatch.apply(patch, object);
    } catch (JsonPatchException | IllegalArgumentException e) {
      throw new ApiError(422, "Invalid", "the server rejected our request: " + e.getMessage());
    }
  }

  static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode result =
        target instanceof ObjectNode old ? old.deepCopy() : JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (change.getValue().isNull()) {
        result.remove(change.getKey());
      } else {
        result.set(change.getKey(), merge(result.get(change.getKey()), change.getValue()));
      }
    }
    return result;
  }

  static JsonNode strategic(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    String directive = changes.path("$patch").asText("merge");
    ObjectNode result =
        target instanceof ObjectNode old && directive.equals("merge")
            ? old.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (directive.equals("delete")) {
      return result;
    }
    if (changes.get("$retainKeys") instanceof ArrayNode keep) {
      result.retain(texts(keep));
    }
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      String field = change.getKey();
      JsonNode value = change.getValue();
      if (field.startsWith("$deleteFromPrimitiveList/")) {
        String list = field.substring(field.indexOf('/') + 1);
        removeAll(result.path(list), texts(value));
      } else if (field.startsWith("$")) {
        continue;
      } else if (value.isNull()) {
        result.remove(field);
      } else if (value instanceof ArrayNode items) {
        result.set(field, list(field, result.get(field), items));
      } else {
        result.set(field, strategic(result.get(field), value));
      }
    }
    return result;
  }

  private static JsonNode list(String field, JsonNode old, ArrayNode items) {
    if (field.equals("finalizers") && old instanceof ArrayNode kept) {
      ArrayNode union = kept.deepCopy();
      removeAll(union, texts(items));
      return union.addAll(items);
    }
    Optional<String> key = mergeKey(field, items);
    if (key.isEmpty()) {
      return items;
    }
    Map<String, JsonNode> byKey = new LinkedHashMap<>();
    if (old != null) {
      old.forEach(item -> byKey.put(item.path(key.get()).asText(), item));
    }
    for (JsonNode item : items) {
      String id = item.path(key.get()).asText();
      switch (item.path("$patch").asText("")) {
        case "delete" -> byKey.remove(id);
        case "replace" -> {
          if (item.has(key.get())) {
            byKey.put(id, strategic(null, item));
          } else {
            byKey.clear();
          }
        }
        default -> byKey.put(id, strategic(byKey.get(id), item));
      }
    }
    return JsonNodeFactory.instance.arrayNode().addAll(byKey.values());
  }

  private static Optional<String> mergeKey(String field, ArrayNode items) {
    if (!field.equals("ports")) {
      return Optional.ofNullable(MERGE_KEYS.get(field));
    }
    for (JsonNode item : items) {
      if (item.has("containerPort")) {
        return Optional.of("containerPort");
      }
    }
    return Optional.of("port");
  }

  private static void removeAll(JsonNode list, java.util.List<String> values) {
    for (Iterator<JsonNode> items = list.elements(); items.hasNext(); ) {
      if (values.contains(items.next().asText())) {
        items.remove();
      }
    }
  }

  private static java.util.List<String> texts(JsonNode list) {
    java.util.List<String> texts = new java.util.ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
