package dev.caravanserai.server;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A key of a YAML document.
 *
 * @param name empty if there is none
 * @param line from 0
 * @param parent the nearest key that it is below; {@code route file} at the top
 */
record YamlKey(String name, int line, String parent) {

  /** The key of such a name whose value, or whose mapping, begins at the mark. */
  static YamlKey find(Mark value, Predicate<String> name) {
    int[] points = value.getBuffer();
    LoadSettings settings = LoadSettings.builder().build();
    String text = new String(points, 0, points.length);
    return new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text)))
        .getSingleNode()
        .flatMap(root -> find(root, value, name, "route file"))
        .orElse(new YamlKey("", value.getLine(), "route file"));
  }

  private static Optional<YamlKey> find(
      Node node, Mark value, Predicate<String> name, String parent) {
    if (node instanceof SequenceNode sequence) {
      return first(sequence.getValue().stream().map(item -> find(item, value, name, parent)));
    }
    if (node instanceof MappingNode mapping) {
      return first(
          mapping.getValue().stream()
              .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode)
              .map(tuple -> find(mapping, tuple, value, name, parent)));
    }
    return Optional.empty();
  }

  private static Optional<YamlKey> find(
      MappingNode mapping, NodeTuple tuple, Mark value, Predicate<String> name, String parent) {
    ScalarNode key = (ScalarNode) tuple.getKeyNode();
    boolean same =
        name.test(key.getValue())
            && Stream.of(mapping, tuple.getValueNode())
                .flatMap(node -> node.getStartMark().stream())
                .anyMatch(start -> at(start, value));
    return same
        ? key.getStartMark().map(mark -> new YamlKey(key.getValue(), mark.getLine(), parent))
        : find(tuple.getValueNode(), value, name, key.getValue());
  }

  private static boolean at(Mark one, Mark other) {
    return one.getLine() == other.getLine() && one.getColumn() == other.getColumn();
  }

  private static <T> Optional<T> first(Stream<Optional<T>> found) {
    return found.flatMap(Optional::stream).findFirst();
  }
}
