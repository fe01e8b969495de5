package dev.caravanserai.component.kamelet;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kamelet.KameletEndpointUriFactory;
import org.apache.camel.dsl.yaml.common.exception.YamlDeserializationException;
import org.apache.camel.support.LanguageSupport;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Keeps the parameters of Kamelets in YAML as they are written: Camel makes a URI of them, and
 * encodes nothing.
 */
final class ParameterNodes {
  private static final Pattern WHOLE_RAW = Pattern.compile("(?s)RAW(?:\\((.*)\\)|\\{(.*)})");

  /** Steps that evaluate expressions in a URI, but not in that of a session Kamelet. */
  private static final Set<String> DYNAMIC = Set.of("toD", "wireTap");

  /** Options of Camel's Kamelet endpoint, which a Kamelet's own parameters cannot be. */
  private static final Set<String> CAMELS = new KameletEndpointUriFactory().propertyNames();

  /** So that Camel does not take a parameter for an option of its own endpoint. */
  private static final String OWN = "own_";

  private final CamelContext context;
  private final OpaqueText opaque;

  ParameterNodes(CamelContext context) {
    this.context = context;
    this.opaque = OpaqueText.of(context);
  }

  /** The name of a parameter as it was written. */
  static String givenName(String name) {
    return name.startsWith(OWN) ? name.substring(OWN.length()) : name;
  }

  /**
   * Rewrites all of a document, in place.
   *
   * @throws YamlDeserializationException for a value that Camel would change
   */
  void keep(Node node) {
    keep("", node);
  }

  private void keep(String step, Node node) {
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(this::keep);
    } else if (node instanceof MappingNode mapping) {
      boolean session = named(mapping, SessionKamelets::isUri, SessionKamelets::isName);
      boolean kamelet =
          session || named(mapping, SessionKamelets::isKamelet, name -> step.equals("kamelet"));
      for (NodeTuple tuple : mapping.getValue()) {
        if (kamelet
            && isKey(tuple, "parameters")
            && tuple.getValueNode() instanceof MappingNode parameters) {
          parameters.setValue(kept(step, session, parameters.getValue()));
        } else {
          keep(((ScalarNode) tuple.getKeyNode()).getValue(), tuple.getValueNode());
        }
      }
    }
  }

  /** As {@code to: {uri: …}} or as the step {@code kamelet: {name: …}}. */
  private boolean named(MappingNode mapping, Predicate<String> uri, Predicate<String> name) {
    return text(mapping, "uri").filter(uri).isPresent()
        || text(mapping, "name").filter(name).isPresent();
  }

  private List<NodeTuple> kept(String step, boolean session, List<NodeTuple> parameters) {
    return parameters.stream()
        .filter(tuple -> !isNull(tuple.getValueNode()))
        .peek(tuple -> checkText(session, tuple.getValueNode()))
        .map(
            tuple ->
                tuple.getKeyNode() instanceof ScalarNode name
                        && tuple.getValueNode() instanceof ScalarNode value
                    ? kept(step, session, name, value)
                    : tuple)
        .toList();
  }

  private static void checkText(boolean session, Node value) {
    if (session && !(value instanceof ScalarNode)) {
      throw new YamlDeserializationException(
          value, "a parameter of a session Kamelet is a text, not a list or a mapping.");
    }
  }

  private NodeTuple kept(String step, boolean session, ScalarNode name, ScalarNode value) {
    var raw = WHOLE_RAW.matcher(value.getValue());
    String text =
        raw.matches()
            ? Optional.ofNullable(raw.group(1)).orElseGet(() -> raw.group(2))
            : value.getValue();
    String inUri = ParameterText.inUri(opaque, name.getValue(), text);
    if (session) {
      return new NodeTuple(with(name, OWN + name.getValue()), with(value, inUri));
    }
    if (CAMELS.contains(name.getValue())) {
      return new NodeTuple(name, value);
    }
    if (!DYNAMIC.contains(step) || !LanguageSupport.hasSimpleFunction(text)) {
      return new NodeTuple(name, with(value, inUri));
    }
    throw new YamlDeserializationException(value, StepFactory.DATA_IN_URI);
  }

  /** By YAML's core schema; the parser knows that of JSON only. */
  private static boolean isNull(Node value) {
    return value instanceof ScalarNode scalar
        && scalar.getScalarStyle() == ScalarStyle.PLAIN
        && scalar.getValue().matches("~|null|Null|NULL|");
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

  /** With the values of placeholders. */
  private Optional<String> text(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(tuple -> isKey(tuple, key) && tuple.getValueNode() instanceof ScalarNode)
        .map(tuple -> StepUris.resolved(context, ((ScalarNode) tuple.getValueNode()).getValue()))
        .findFirst();
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key);
  }
}
