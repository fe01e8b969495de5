package dev.caravanserai.server;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.YamlUnicodeReader;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
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
  private static final String TOP = "route file";

  /**
   * The key of such a name whose value, or whose mapping, begins at the mark. None if the file
   * cannot be read, or is no YAML.
   */
  static YamlKey find(Mark value, Predicate<String> name) {
    LoadSettings settings = LoadSettings.builder().build();
    // The mark itself has only the part of the text around it.
    try (InputStream in = open(value.getName())) {
      return new Composer(
              settings,
              new ParserImpl(settings, new StreamReader(settings, new YamlUnicodeReader(in))))
          .getSingleNode()
          .flatMap(root -> find(root, value, name, TOP))
          .orElse(new YamlKey("", value.getLine(), TOP));
    } catch (IOException | YamlEngineException unreadable) {
      return new YamlKey("", value.getLine(), TOP);
    }
  }

  /**
   * @param location as Camel writes it: {@code file:} or {@code classpath:}, and a path
   */
  private static InputStream open(String location) throws IOException {
    String path = location.substring(location.indexOf(':') + 1);
    InputStream in =
        location.startsWith("classpath:")
            ? YamlKey.class.getClassLoader().getResourceAsStream(path)
            : new FileInputStream(path);
    if (in == null) {
      throw new FileNotFoundException(location);
    }
    return in;
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
