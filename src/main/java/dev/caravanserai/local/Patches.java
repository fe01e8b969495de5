package dev.caravanserai.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Request bodies, and the patch types of Kubernetes. Strategic merge and apply patches merge lists
 * by their merge keys. There are no field managers, so an apply never removes a field.
 */
final class Patches {
  static final String APPLY = "application/apply-patch+yaml";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Lists that are merged by the first of {@link #KEYS} that their items have; others are replaced.
   */
  private static final String MERGED =
      " containers initContainers ephemeralContainers env ports volumes volumeMounts volumeDevices"
          + " imagePullSecrets secrets ownerReferences conditions hostAliases podIPs ";

  private static final List<String> KEYS =
      List.of("uid", "mountPath", "devicePath", "containerPort", "port", "name", "type", "ip");

  private Patches() {}

  /** Applies a patch to a copy of an object. */
  static ObjectNode apply(String contentType, byte[] patch, ObjectNode object) {
    JsonNode result =
        switch (contentType) {
          case "application/json-patch+json" -> jsonPatch(read(JSON, patch), object);
          case "application/merge-patch+json" -> merge(object, read(JSON, patch), false);
          case "application/strategic-merge-patch+json" -> strategic(object, read(JSON, patch));
          case APPLY -> strategic(object, read(new YAMLMapper(), patch));
          default -> throw unsupported("patch type \"" + contentType + "\" is not served");
        };
    return object(result, "the patch does not leave an object");
  }

  /** Parses a body as JSON or YAML by its content type; JSON if it has none. */
  static ObjectNode body(String contentType, byte[] body) {
    ObjectMapper mapper =
        switch (contentType) {
          case "", "application/json" -> JSON;
          case "application/yaml", APPLY -> new YAMLMapper();
          default ->
              throw unsupported(
                  "the local cluster reads JSON and YAML, not %s: let kubectl print the"
                          .formatted(contentType)
                      + " object (--dry-run=client -o yaml) and pipe it to kubectl apply -f -");
        };
    return object(read(mapper, body), "the body is not an object");
  }

  private static ApiError unsupported(String message) {
    return new ApiError(415, "UnsupportedMediaType", message);
  }

  private static ObjectNode object(JsonNode node, String otherwise) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw ApiError.bad(otherwise);
  }

  private static JsonNode read(ObjectMapper mapper, byte[] bytes) {
    try {
      return mapper.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw ApiError.bad("the body cannot be parsed: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw ApiError.bad("the body cannot be read");
    }
  }

  private static JsonNode jsonPatch(JsonNode patch, ObjectNode object) {
    try {
      return JsonPatch.apply(patch, object);
    } catch (JsonPatchException | IllegalArgumentException e) {
      throw ApiError.invalid(
          "the server rejected our request due to an error in our request: " + e.getMessage());
    }
  }

  static JsonNode strategic(JsonNode target, JsonNode patch) {
    return merge(target, patch, true);
  }

  /**
   * RFC 7396.
   *
   * @param strategic lists are merged, and names that begin with $ are directives
   */
  private static JsonNode merge(JsonNode target, JsonNode patch, boolean strategic) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    String directive = strategic ? changes.path("$patch").asText("merge") : "merge";
    boolean keep = target instanceof ObjectNode && directive.equals("merge");
    ObjectNode result = keep ? target.deepCopy() : Json.object();
    if (directive.equals("delete")) {
      return result;
    }
    if (strategic && changes.has("$retainKeys")) {
      result.retain(texts(changes.path("$retainKeys")));
    }
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      String field = change.getKey();
      JsonNode value = change.getValue();
      if (strategic && field.startsWith("$deleteFromPrimitiveList/")) {
        remove(result.path(field.substring(field.indexOf('/') + 1)), value);
      } else if (strategic && field.startsWith("$")) {
        continue;
      } else if (value.isNull()) {
        result.remove(field);
      } else if (strategic && value instanceof ArrayNode items) {
        result.set(field, list(field, result.path(field), items));
      } else {
        result.set(field, merge(result.path(field), value, strategic));
      }
    }
    return result;
  }

  private static ArrayNode list(String field, JsonNode old, ArrayNode items) {
    if (field.equals("finalizers") && old instanceof ArrayNode kept) {
      remove(kept, items);
      return kept.addAll(items);
    }
    String key =
        KEYS.stream()
            .filter(k -> MERGED.contains(" " + field + " "))
            .filter(k -> items.valueStream().anyMatch(item -> item.has(k)))
            .findFirst()
            .orElse("");
    if (key.isEmpty()) {
      return items;
    }
    Map<String, JsonNode> byKey = new LinkedHashMap<>();
    old.forEach(item -> byKey.put(item.path(key).asText(), item));
    for (JsonNode item : items) {
      String id = item.path(key).asText();
      String directive = item.path("$patch").asText("");
      if (directive.equals("delete")) {
        byKey.remove(id);
      } else if (directive.equals("replace") && !item.has(key)) {
        byKey.clear();
      } else {
        byKey.put(id, strategic(byKey.getOrDefault(id, MissingNode.getInstance()), item));
      }
    }
    return JsonNodeFactory.instance.arrayNode().addAll(byKey.values());
  }

  private static void remove(JsonNode list, JsonNode values) {
    if (list instanceof ArrayNode array) {
      array.removeIf(item -> texts(values).contains(item.asText()));
    }
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }
}
