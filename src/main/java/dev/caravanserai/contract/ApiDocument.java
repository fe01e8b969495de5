package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import dev.caravanserai.session.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An OpenAPI 3.1 document whose requests can be checked. Immutable; safe for use by many threads.
 */
public final class ApiDocument {
  /** Key that is added to the document: the schemas of whole requests by operationId. */
  static final String REQUESTS = "x-requests";

  /** What is read of a document, so that a misspelt rule is not ignored. */
  private static final ContractSchema RULES = ContractSchema.of(Yaml.read(rules()), "");

  private final JsonNode document;
  private final List<ApiOperation> operations;

  private ApiDocument(ObjectNode document) {
    List<Violation> mistakes = RULES.check(document);
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          mistakes.stream()
              .map(mistake -> mistake.pointer() + " " + mistake.message())
              .collect(Collectors.joining("; ")));
    }
    References.check(document);
    this.document = document;
    List<OperationNode> nodes = OperationNode.all(document);
    ObjectNode requests = document.putObject(REQUESTS);
    nodes.forEach(node -> node.requestSchema(requests.putObject(node.id())));
    this.operations =
        nodes.stream().map(node -> new ApiOperation(node, request(node.id()))).toList();
  }

  private ContractSchema request(String operation) {
    try {
      return schema(Pointers.child("/" + REQUESTS, operation));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "operation %s: %s".formatted(operation, e.getMessage()), e);
    }
  }

  /**
   * @param text YAML or JSON in UTF-8
   * @throws IllegalArgumentException that describes the mistake in the document
   */
  public static ApiDocument read(byte[] text) {
    try {
      if (Yaml.read(new String(text, StandardCharsets.UTF_8)) instanceof ObjectNode document) {
        return new ApiDocument(document);
      }
      throw new IllegalArgumentException("it is not an OpenAPI 3.1 document");
    } catch (Yaml.YamlException e) {
      throw new IllegalArgumentException("it is not YAML: " + e.getMessage(), e);
    }
  }

  private static String rules() {
    try (InputStream in = ApiDocument.class.getResourceAsStream("openapi-rules.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the order of the document. */
  public List<ApiOperation> operations() {
    return operations;
  }

  /**
   * @param pointer to the schema, such as {@code /components/schemas/Exec}
   */
  ContractSchema schema(String pointer) {
    return ContractSchema.of(document, pointer);
  }
}
