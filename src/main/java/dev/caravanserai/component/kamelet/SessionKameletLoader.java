package dev.caravanserai.component.kamelet;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.spi.Resource;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Camel's loader of Kamelets, which refuses what Camel would ignore and keeps the parameters of
 * session Kamelets as they are written.
 */
final class SessionKameletLoader extends KameletRoutesBuilderLoader {
  @Override
  protected YamlDeserializationContext newYamlDeserializationContext(
      LoadSettings settings, Resource resource) {
    return new MarkedYaml(settings, super.newYamlDeserializationContext(settings, resource));
  }

  @Override
  protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
    DocumentCheck.keys(root);
    new ParameterNodes(getCamelContext()).keep(root);
    return super.builder(context, root);
  }
}
