package dev.caravanserai.component.kamelet;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.snakeyaml.engine.v2.nodes.Node;

/** Camel's loader of Kamelets, with parameters of session Kamelets kept as they are written. */
final class SessionKameletLoader extends KameletRoutesBuilderLoader {
  @Override
  protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
    ParameterNodes.keep(root);
    return super.builder(context, root);
  }
}
