package dev.caravanserai.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.annotations.ResourceResolver;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceResolverSupport;
import org.apache.camel.support.ResourceSupport;

/**
 * The resource {@code outline:<resource>}: of an OpenAPI contract only what leads a request to its
 * route, that is paths, operations, and media types.
 *
 * <p>Requests are checked by {@link dev.caravanserai.session.Contract}, so Camel needs no schemas;
 * that it would read and resolve them all took a fifth of the server's start.
 */
@ResourceResolver("outline")
public final class OutlineResolver extends ResourceResolverSupport {

  public OutlineResolver() {
    super("outline");
  }

  @Override
  protected Resource createResource(String location, String remaining) {
    Resource contract =
        PluginHelper.getResourceLoader(getCamelContext()).resolveResource(remaining);
    return new ResourceSupport("outline", location) {
      @Override
      public boolean exists() {
        return contract.exists();
      }

      @Override
      public InputStream getInputStream() throws IOException {
        try (InputStream in = contract.getInputStream()) {
          byte[] outline =
              outline(new YAMLMapper().readTree(in)).toString().getBytes(StandardCharsets.UTF_8);
          return new ByteArrayInputStream(outline);
        }
      }
    };
  }

  /** In JSON, and so in YAML too. */
  static ObjectNode outline(JsonNode contract) {
    ObjectNode outline = JsonNodeFactory.instance.objectNode();
    outline.put("openapi", "3.0.3");
    outline.putObject("info").setAll(only(contract.path("info"), "title", "version"));
    outline.set("servers", contract.path("servers"));
    ObjectNode paths = outline.putObject("paths");
    contract
        .path("paths")
        .fields()
        .forEachRemaining(
            path -> {
              ObjectNode operations = paths.putObject(path.getKey());
              path.getValue()
                  .fields()
                  .forEachRemaining(
                      one -> {
                        if (one.getValue().has("operationId")) {
                          operations.set(one.getKey(), operation(one.getValue(), contract));
                        }
                      });
            });
    return outline;
  }

  private static ObjectNode operation(JsonNode full, JsonNode contract) {
    ObjectNode operation = only(full, "operationId", "summary");
    if (full.has("requestBody")) {
      JsonNode body = resolved(full.path("requestBody"), contract);
      operation.putObject("requestBody").set("content", types(body));
    }
    ObjectNode responses = operation.putObject("responses");
    full.path("responses")
        .fields()
        .forEachRemaining(
            response ->
                responses
                    .putObject(response.getKey())
                    .put("description", "")
                    .set("content", types(resolved(response.getValue(), contract))));
    return operation;
  }

  private static ObjectNode types(JsonNode message) {
    ObjectNode types = JsonNodeFactory.instance.objectNode();
    message
        .path("content")
        .fieldNames()
        .forEachRemaining(type -> types.putObject(type).putObject("schema"));
    return types;
  }

  private static JsonNode resolved(JsonNode node, JsonNode contract) {
    String ref = node.path("$ref").asText();
    return ref.startsWith("#") ? contract.at(ref.substring(1)) : node;
  }

  private static ObjectNode only(JsonNode node, String... fields) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    for (String field : fields) {
      if (node.has(field)) {
        result.set(field, node.get(field));
      }
    }
    return result;
  }
}
