package dev.caravanserai.component.kamelet;

import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.dsl.yaml.common.exception.InvalidNodeTypeException;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeType;

/**
 * Camel's construction of routes from YAML. It reports a text that stands in the place of keys with
 * its file and line, which Camel does not.
 */
final class MarkedYaml extends YamlDeserializationContext {
  private final YamlDeserializationContext camels;

  MarkedYaml(LoadSettings settings, YamlDeserializationContext camels) {
    super(settings);
    this.camels = camels;
    setResource(camels.getResource());
    setCamelContext(camels.getCamelContext());
  }

  @Override
  public ConstructNode resolve(Node node, String id) {
    ConstructNode construct = camels.resolve(node, id);
    return value -> {
      try {
        return construct.construct(value);
      } catch (UnsupportedOperationException e) {
        throw new InvalidNodeTypeException(value, NodeType.MAPPING);
      }
    };
  }
}
