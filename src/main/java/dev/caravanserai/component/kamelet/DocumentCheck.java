package dev.caravanserai.component.kamelet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.dsl.yaml.common.exception.YamlDeserializationException;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Finds mistakes in a YAML document that Camel accepts without effect. */
final class DocumentCheck {
  private static final Set<String> BEFORE_ROUTES =
      Set.of(
          "onException",
          "onCompletion",
          "intercept",
          "interceptFrom",
          "interceptSendToEndpoint",
          "errorHandler");

  private DocumentCheck() {}

  /**
   * Camel skips whatever is neither a list nor a Pipe.
   *
   * @throws YamlDeserializationException if the document is neither a Pipe nor a list with at least
   *     one entry
   */
  static void list(Node root) {
    if (root instanceof SequenceNode list && !list.getValue().isEmpty()) {
      order(list);
    } else if (!is(root, "kind", "Pipe") || !is(root, "apiVersion", "camel\\.apache\\.org/v1.*")) {
      throw new YamlDeserializationException(
          root,
          is(root, "kind", "Kamelet")
              ? "it is a Kamelet, not a list of routes: put the file into the folder of Kamelets (caravanserai.kamelets.folder), and call it in a route by kamelet:<its name>."
              : "a file of routes is a list: write \"- route:\", with its id and its from indented below.");
    }
  }

  private static boolean is(Node root, String key, String value) {
    return root instanceof MappingNode mapping
        && mapping.getValue().stream()
            .filter(
                tuple ->
                    tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
            .anyMatch(
                tuple ->
                    tuple.getValueNode() instanceof ScalarNode text
                        && text.getValue().matches(value));
  }

  private static void order(SequenceNode root) {
    boolean route = false;
    for (Node entry : root.getValue()) {
      for (NodeTuple tuple :
          entry instanceof MappingNode mapping ? mapping.getValue() : List.<NodeTuple>of()) {
        String key = ((ScalarNode) tuple.getKeyNode()).getValue();
        if (route && BEFORE_ROUTES.contains(key)) {
          throw new YamlDeserializationException(
              tuple.getKeyNode(),
              key + " has to stand above the first route of the file: it holds for all of them.");
        }
        route |= key.equals("route") || key.equals("from");
      }
    }
  }

  /**
   * @throws YamlDeserializationException if a key occurs twice in a mapping
   */
  static void keys(Node node) {
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(DocumentCheck::keys);
    } else if (node instanceof MappingNode mapping) {
      distinct(mapping.getValue());
      mapping.getValue().forEach(tuple -> keys(tuple.getValueNode()));
    }
  }

  private static void distinct(List<NodeTuple> tuples) {
    Map<String, Node> keys = new HashMap<>();
    for (NodeTuple tuple : tuples) {
      ScalarNode key = (ScalarNode) tuple.getKeyNode(); // the parser refuses others
      Node before = keys.putIfAbsent(key.getValue(), key);
      if (before != null) {
        throw new YamlDeserializationException(
            key,
            "%s is given twice, first in line %d."
                .formatted(key.getValue(), before.getStartMark().map(Mark::getLine).orElse(0) + 1));
      }
    }
  }
}
