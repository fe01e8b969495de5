package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Tables for {@code kubectl get}. */
final class Tables {
  private Tables() {}

  /**
   * @param object one object, or a list
   */
  static ObjectNode of(Kind kind, ObjectNode object, boolean withColumns) {
    ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    boolean list = object.has("items");
    JsonNode meta = object.path("metadata");
    Json.copyFields(table.putObject("metadata"), meta, "resourceVersion");
    if (list) {
      table.set("metadata", meta);
    }
    ArrayNode definitions = table.putArray("columnDefinitions");
    for (String column : withColumns ? kind.columns : List.<String>of()) {
      String name = column.split("=", 2)[0];
      ObjectNode definition = definitions.addObject().put("name", name.replace("+", ""));
      definition.put("type", "string").put("format", name.equals("Name") ? "name" : "");
      definition.put("description", "").put("priority", name.startsWith("+") ? 1 : 0);
    }
    ArrayNode rows = table.putArray("rows");
    for (JsonNode item : list ? object.path("items") : List.<JsonNode>of(object)) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      kind.columns.forEach(column -> cells.add(cell(item, column.replaceFirst(".*=", ""))));
      row.set("object", item);
    }
    return table;
  }

  private static String cell(JsonNode item, String what) {
    List<JsonNode> containers = item.at("/status/containerStatuses").valueStream().toList();
    return switch (what) {
      case "Name" -> Json.name(item);
      case "Age" -> age(Json.text(item, "/metadata/creationTimestamp"));
      case "/lastTimestamp" -> age(Json.text(item, what));
      case "ready" ->
          containers.stream().filter(c -> c.path("ready").asBoolean()).count()
              + ("/" + item.at("/spec/containers").size());
      case "restarts" ->
          Integer.toString(containers.stream().mapToInt(c -> c.path("restartCount").asInt()).sum());
      case "status" -> status(item, containers);
      case "involved" ->
          Json.text(item, "/involvedObject/kind").toLowerCase(Locale.ROOT)
              + ("/" + Json.text(item, "/involvedObject/name"));
      default -> Json.text(item, what).isEmpty() ? "<none>" : Json.text(item, what);
    };
  }

  /** The reason of a waiting or terminated container, else of the pod, else the phase. */
  private static String status(JsonNode pod, List<JsonNode> containers) {
    if (Json.terminating(pod)) {
      return "Terminating";
    }
    String status = pod.at("/status/reason").asText(Json.text(pod, "/status/phase"));
    for (JsonNode container : containers) {
      status = container.at("/state/waiting/reason").asText(status);
      status = container.at("/state/terminated/reason").asText(status);
    }
    return status;
  }

  private static String age(String since) {
    if (since.isEmpty()) {
      return "<unknown>";
    }
    long seconds = Math.max(0, Duration.between(Instant.parse(since), Instant.now()).toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    } else if (seconds < 3 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86400 + "d";
  }
}
