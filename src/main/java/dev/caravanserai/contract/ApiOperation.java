package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** One operation of a contract. Immutable; safe for use by many threads. */
public final class ApiOperation {
  /** No parameter has this name: routes have the negotiated media type as the variable of it. */
  public static final String MEDIA_TYPE = "mediaType";

  /** Longer numbers stay text, which the schema then rejects. */
  private static final int LONGEST_NUMBER = 20;

  private final OperationNode node;
  private final ContractSchema request;

  ApiOperation(OperationNode node, ContractSchema request) {
    this.node = node;
    this.request = request;
    checkDefaults();
  }

  /** An absent parameter must not become a value that is refused when it is given. */
  private void checkDefaults() {
    ObjectNode defaults = JsonNodeFactory.instance.objectNode();
    Set<String> pointers = new HashSet<>();
    for (OperationNode.Parameter parameter : node.parameters()) {
      parameter
          .byDefault()
          .ifPresent(
              value -> {
                defaults.withObject("/" + parameter.in()).set(parameter.name(), value);
                pointers.add(pointer(parameter));
              });
    }
    request.check(defaults).stream()
        .filter(it -> pointers.stream().anyMatch(at -> (it.pointer() + "/").startsWith(at + "/")))
        .findFirst()
        .ifPresent(
            violation -> {
              throw new IllegalArgumentException(
                  "the default of %s of operation %s %s"
                      .formatted(violation.pointer(), id(), violation.message()));
            });
  }

  private static String pointer(OperationNode.Parameter parameter) {
    return Pointers.child("/" + parameter.in(), parameter.name());
  }

  /**
   * The values of a valid request.
   *
   * @param parameters by name: text, whole number, number, boolean or list, as the schema says;
   *     absent if the caller did not send it
   * @param body JSON as maps, lists, texts, numbers and booleans; empty if there is none
   */
  public record Values(Map<String, Object> parameters, Optional<Object> body) {}

  public String id() {
    return node.id();
  }

  /** In upper case. */
  public String method() {
    return node.method();
  }

  /** With the path of the contract's server in front; parameters in braces. */
  public String path() {
    return node.path();
  }

  /** The scope that a caller needs. */
  public String scope() {
    return node.scope();
  }

  /** Media types of a successful response, in lower case, in the contract's order; may be empty. */
  public List<String> answerTypes() {
    return node.answerTypes();
  }

  /** The media type of what a WebSocket carries; empty if the operation takes none. */
  public Optional<String> webSocketType() {
    return node.webSocketType();
  }

  /** Media types that a body may have, in lower case; empty if the operation takes no body. */
  public List<String> bodyTypes() {
    return node.bodyTypes();
  }

  /**
   * Reads and checks a request.
   *
   * @param path decoded values by name
   * @param query decoded values by name
   * @param header the values of a header, by name in any case
   * @param body may be empty
   * @throws InvalidRequestException with every violation
   * @throws FailureException NOT_FOUND if a value in the path is invalid
   */
  public Values read(
      Map<String, String> path,
      Map<String, List<String>> query,
      Function<String, List<String>> header,
      byte[] body) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    OperationNode.PLACES.forEach(all::putObject);
    Map<String, Object> parameters = new LinkedHashMap<>();
    List<Violation> violations = new ArrayList<>();
    Set<String> repeated = new HashSet<>();
    query.forEach((name, values) -> all.withObject("/query").put(name, values.get(0)));
    for (OperationNode.Parameter parameter : node.parameters()) {
      List<String> given =
          switch (parameter.in()) {
            case "path" -> Optional.ofNullable(path.get(parameter.name())).stream().toList();
            case "query" -> query.getOrDefault(parameter.name(), List.of());
            default -> parameter.joined(header.apply(parameter.name()));
          };
      if (given.isEmpty()) {
        parameter
            .byDefault()
            .ifPresent(it -> parameters.put(parameter.name(), StrictJson.plain(it)));
        continue;
      }
      if (given.size() > 1 && !parameter.type().equals("array")) {
        repeated.add(pointer(parameter));
        violations.add(
            new Violation(
                pointer(parameter), "must be given once, not %d times".formatted(given.size())));
        continue;
      }
      JsonNode value = value(parameter, given);
      all.withObject("/" + parameter.in()).set(parameter.name(), value);
      parameters.put(parameter.name(), StrictJson.plain(value));
    }
    Optional<JsonNode> json =
        node.bodyRequired() || body.length > 0 && !node.bodyTypes().isEmpty()
            ? Optional.of(StrictJson.read(body))
            : Optional.empty();
    json.ifPresent(value -> all.set("body", value));
    request.check(all).stream()
        .map(ApiOperation::ofRequest)
        .filter(violation -> !repeated.contains(violation.pointer()))
        .forEach(violations::add);
    refuse(violations);
    return new Values(parameters, json.map(StrictJson::plain));
  }

  /**
   * A refusal by the route with pointers into this request: without a body, a pointer to a field
   * becomes one to the parameter of that name.
   */
  public InvalidRequestException located(InvalidRequestException refusal) {
    return new InvalidRequestException(
        refusal.violations().stream()
            .map(it -> new Violation(located(it.pointer()), it.message()))
            .toList());
  }

  private String located(String pointer) {
    return node.parameters().stream()
        .filter(parameter -> bodyTypes().isEmpty() && pointer.equals("/" + parameter.name()))
        .map(parameter -> "/" + parameter.in() + pointer)
        .findFirst()
        .orElse(pointer);
  }

  private static void refuse(List<Violation> violations) {
    violations.stream()
        .filter(violation -> violation.pointer().startsWith("/path/"))
        .findFirst()
        .ifPresent(
            violation -> {
              throw FailureException.of(
                  FailureCode.NOT_FOUND,
                  "No such resource: %s in the path %s."
                      .formatted(
                          violation.pointer().substring("/path/".length()), violation.message()));
            });
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }

  private static Violation ofRequest(Violation violation) {
    return violation.pointer().startsWith("/body")
        ? new Violation(violation.pointer().substring("/body".length()), violation.message())
        : violation;
  }

  /**
   * Text that is not of the parameter's type, or whose exponent may be beyond an int, stays text,
   * which the schema then rejects.
   */
  private static JsonNode value(OperationNode.Parameter parameter, List<String> given) {
    if (!parameter.type().equals("array")) {
      return value(parameter.type(), given.get(0));
    }
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    given.forEach(text -> items.add(value(parameter.itemType(), text)));
    return items;
  }

  private static JsonNode value(String type, String text) {
    boolean literal =
        switch (type) {
          case "boolean" -> text.equals("true") || text.equals("false");
          case "integer" -> text.length() <= LONGEST_NUMBER && text.matches("-?(0|[1-9]\\d*)");
          case "number" ->
              text.length() <= LONGEST_NUMBER
                  && text.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?0*\\d{1,9})?");
          default -> false;
        };
    return literal ? StrictJson.read(text.getBytes()) : TextNode.valueOf(text);
  }
}
