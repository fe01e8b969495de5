package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Objects as the tables that {@code kubectl get} prints. */
final class Tables {
  /**
   * @param wide only in wide output
   */
  private record Column(String name, boolean wide, Function<JsonNode, String> cell) {}

  private static final Column NAME = new Column("Name", false, o -> text(o, "/metadata/name"));
  private static final Column AGE =
      new Column("Age", false, o -> age(text(o, "/metadata/creationTimestamp")));
  private static final List<Column> POD =
      List.of(
          NAME,
          new Column("Ready", false, Tables::ready),
          new Column("Status", false, Tables::status),
          new Column("Restarts", false, Tables::restarts),
          AGE,
          new Column("IP", true, o -> orNone(text(o, "/status/podIP"))),
          new Column("Node", true, o -> orNone(text(o, "/spec/nodeName"))));
  private static final List<Column> CLAIM =
      List.of(
          NAME,
          new Column("Status", false, o -> text(o, "/status/phase")),
          new Column("Volume", false, o -> text(o, "/spec/volumeName")),
          new Column("Capacity", false, o -> text(o, "/status/capacity/storage")),
          AGE);
  private static final List<Column> EVENT =
      List.of(
          new Column("Last Seen", false, o -> age(text(o, "/lastTimestamp"))),
          new Column("Type", false, o -> text(o, "/type")),
          new Column("Reason", false, o -> text(o, "/reason")),
          new Column(
              "Object",
              false,
              o ->
                  text(o, "/involvedObject/kind").toLowerCase(java.util.Locale.ROOT)
                      + "/"
                      + text(o, "/involvedObject/name")),
          new Column("Message", false, o -> text(o, "/message")));

  private Tables() {}

  /**
   * @param object one object, or a list
   * @param include {@code None}, {@code Metadata} or {@code Object}
   */
  static ObjectNode of(Kind kind, ObjectNode object, String include, boolean withColumns) {
    List<Column> columns =
        switch (kind) {
          case POD -> POD;
          case PVC -> CLAIM;
          case EVENT -> EVENT;
          default -> List.of(NAME, AGE);
        };
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    boolean list = object.has("items");
    ObjectNode meta = table.putObject("metadata");
    object.path("metadata").properties().stream()
        .filter(e -> list || e.getKey().equals("resourceVersion"))
        .forEach(e -> meta.set(e.getKey(), e.getValue()));
    ArrayNode definitions = table.putArray("columnDefinitions");
    if (withColumns) {
      for (Column column : columns) {
        definitions
            .addObject()
            .put("name", column.name)
            .put("type", "string")
            .put("format", column == NAME ? "name" : "")
            .put("description", column.name)
            .put("priority", column.wide ? 1 : 0);
      }
    }
    ArrayNode rows = table.putArray("rows");
    for (JsonNode item : list ? object.path("items") : List.<JsonNode>of(object)) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      columns.forEach(c -> cells.add(c.cell.apply(item)));
      if (include.equals("Object")) {
        row.set("object", item);
      } else if (!include.equals("None")) {
        row.putObject("object")
            .put("kind", "PartialObjectMetadata")
            .put("apiVersion", "meta.k8s.io/v1")
            .set("metadata", item.path("metadata"));
      }
    }
    return table;
  }

  private static String ready(JsonNode pod) {
    int ready = 0;
    for (JsonNode container : pod.at("/status/containerStatuses")) {
      ready += container.path("ready").asBoolean() ? 1 : 0;
    }
    return ready + "/" + pod.at("/spec/containers").size();
  }

  private static String restarts(JsonNode pod) {
    int restarts = 0;
    for (JsonNode container : pod.at("/status/containerStatuses")) {
      restarts += container.path("restartCount").asInt();
    }
    return Integer.toString(restarts);
  }

  private static String status(JsonNode pod) {
    if (pod.at("/metadata").hasNonNull("deletionTimestamp")) {
      return "Terminating";
    }
    String status = text(pod, "/status/reason");
    status = status.isEmpty() ? text(pod, "/status/phase") : status;
    List<JsonNode> containers = new ArrayList<>();
    pod.at("/status/containerStatuses").forEach(containers::add);
    for (JsonNode container : containers) {
      for (String state : List.of("/state/waiting/reason", "/state/terminated/reason")) {
        status = text(container, state).isEmpty() ? status : text(container, state);
      }
    }
    return status;
  }

  /** As kubectl words it: two units while that says something. */
  static String age(String since) {
    if (since.isEmpty()) {
      return "<unknown>";
    }
    long s = Math.max(0, Duration.between(Instant.parse(since), Instant.now()).toSeconds());
    if (s < 120) {
      return s + "s";
    } else if (s < 600) {
      return s / 60 + "m" + (s % 60 == 0 ? "" : s % 60 + "s");
    } else if (s < 3 * 3600) {
      return s / 60 + "m";
    } else if (s < 8 * 3600) {
      return s / 3600 + "h" + (s / 60 % 60 == 0 ? "" : s / 60 % 60 + "m");
    } else if (s < 48 * 3600) {
      return s / 3600 + "h";
    }
    return s / 86400 + "d";
  }

  private static String text(JsonNode node, String pointer) {
    return node.at(pointer).asText("");
  }

  private static String orNone(String text) {
    return text.isEmpty() ? "<none>" : text;
  }
}
