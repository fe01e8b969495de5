package dev.caravanserai.component.kamelet;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.dsl.yaml.common.exception.YamlDeserializationException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Keeps the parameters of session Kamelets in YAML as they were written: Camel makes a URI of them
 * and encodes nothing.
 */
final class ParameterNodes {
  private static final Pattern WHOLE_RAW = Pattern.compile("(?s)RAW(?:\\((.*)\\)|\\{(.*)})");

  /** So that Camel does not take a parameter for an option of its own endpoint. */
  private static final String OWN = "own_";

  private ParameterNodes() {}

  /** The name of a parameter as it was written. */
  static String givenName(String name) {
    return name.startsWith(OWN) ? name.substring(OWN.length()) : name;
  }

  /**
   * Rewrites all of a document, in place.
   *
   * @throws YamlDeserializationException for a value of several lines that Camel would join
   */
  static void keep(Node node) {
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(ParameterNodes::keep);
    } else if (node instanceof MappingNode mapping) {
      boolean ours = namesSessionKamelet(mapping);
      for (NodeTuple tuple : mapping.getValue()) {
        if (ours
            && isKey(tuple, "parameters")
            && tuple.getValueNode() instanceof MappingNode parameters) {
          parameters.setValue(kept(parameters.getValue()));
        } else if (isKey(tuple, "parameters") && namesOtherKamelet(mapping)) {
          refuseLines(tuple.getValueNode());
        } else {
          keep(tuple.getValueNode());
        }
      }
    }
  }

  /** As {@code to: {uri: …}} or as the step {@code kamelet: {name: …}}. */
  private static boolean namesSessionKamelet(MappingNode mapping) {
    return text(mapping, "uri").filter(SessionKamelets::isUri).isPresent()
        || text(mapping, "name").filter(SessionKamelets::isName).isPresent();
  }

  private static boolean namesOtherKamelet(MappingNode mapping) {
    return text(mapping, "uri")
        .filter(uri -> uri.strip().startsWith("kamelet:") && !SessionKamelets.isUri(uri))
        .isPresent();
  }

  private static void refuseLines(Node parameters) {
    if (parameters instanceof MappingNode mapping) {
      mapping.getValue().stream()
          .map(NodeTuple::getValueNode)
          .filter(
              value -> value instanceof ScalarNode text && text.getValue().strip().contains("\n"))
          .findFirst()
          .ifPresent(
              value -> {
                throw new YamlDeserializationException(
                    value,
                    "a value of several lines: Camel joins them on the way to a Kamelet of your own."
                        + " Set it as the body, or as a variable, in a step before.");
              });
    }
  }

  private static List<NodeTuple> kept(List<NodeTuple> parameters) {
    return parameters.stream()
        .map(
            tuple ->
                tuple.getKeyNode() instanceof ScalarNode name
                        && tuple.getValueNode() instanceof ScalarNode value
                    ? new NodeTuple(with(name, OWN + name.getValue()), kept(name.getValue(), value))
                    : tuple)
        .toList();
  }

  private static ScalarNode kept(String name, ScalarNode scalar) {
    var raw = WHOLE_RAW.matcher(scalar.getValue());
    String text =
        raw.matches()
            ? Optional.ofNullable(raw.group(1)).orElseGet(() -> raw.group(2))
            : scalar.getValue();
    return with(scalar, ParameterText.inUri(name, text));
  }

  private static ScalarNode with(ScalarNode scalar, String text) {
    return new ScalarNode(
        scalar.getTag(),
        true,
        text,
        scalar.getScalarStyle(),
        scalar.getStartMark(),
        scalar.getEndMark());
  }

  private static Optional<String> text(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(tuple -> isKey(tuple, key) && tuple.getValueNode() instanceof ScalarNode)
        .map(tuple -> ((ScalarNode) tuple.getValueNode()).getValue())
        .findFirst();
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key);
  }
}
