package dev.caravanserai.component.kamelet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
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
   * Camel skips whatever is not a list.
   *
   * @throws YamlDeserializationException if the document is neither a list with at least one entry
   *     nor a Kubernetes resource, such as a Pipe
   */
  static void list(Node root) {
    boolean list = root instanceof SequenceNode sequence && !sequence.getValue().isEmpty();
    boolean resource =
        root instanceof MappingNode mapping
            && mapping.getValue().stream().map(NodeTuple::getKeyNode).anyMatch(named("apiVersion"));
    if (!list && !resource) {
      throw new YamlDeserializationException(
          root,
          "a file of routes is a list: write \"- route:\", with its id and its from indented below.");
    }
    if (list) {
      order((SequenceNode) root);
    }
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

  private static Predicate<Node> named(String key) {
    return node -> node instanceof ScalarNode scalar && scalar.getValue().equals(key);
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
