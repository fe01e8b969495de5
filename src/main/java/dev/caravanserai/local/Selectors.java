package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors, as predicates over objects. */
final class Selectors {
  private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");
  private static final Pattern TERM =
      Pattern.compile(
          "([^\\s=!,()]+)(?:\\s*(==|=|!=)\\s*([^\\s=!,()]*)|\\s+(in|notin)\\s*\\(([^()]*)\\))?");

  private Selectors() {}

  static Predicate<JsonNode> of(Kind kind, Query query) {
    return labels(query.text("labelSelector").orElse(""))
        .and(fields(kind, query.text("fieldSelector").orElse("")));
  }

  static Predicate<JsonNode> labels(String selector) {
    return all(
        selector,
        term ->
            term.startsWith("!")
                ? term(term.substring(1).trim(), false, Selectors::label).negate()
                : term(term, true, Selectors::label));
  }

  static Predicate<JsonNode> fields(Kind kind, String selector) {
    return all(
        selector,
        term -> {
          String field = term.split("[=!\\s]", 2)[0];
          boolean common = Set.of("metadata.name", "metadata.namespace").contains(field);
          if (!common && !kind.fields.contains(field) || !term.contains("=")) {
            throw ApiError.bad(
                "field selector \"%s\" is not served for %s".formatted(term, kind.plural));
          }
          String pointer = "/" + field.replace('.', '/');
          return term(term, true, (object, key) -> Optional.of(Json.text(object, pointer)));
        });
  }

  private static Predicate<JsonNode> all(
      String selector, Function<String, Predicate<JsonNode>> read) {
    return COMMA
        .splitAsStream(selector)
        .map(String::trim)
        .filter(term -> !term.isEmpty())
        .map(read)
        .reduce(object -> true, Predicate::and);
  }

  private interface Value {
    Optional<String> of(JsonNode object, String key);
  }

  private static Predicate<JsonNode> term(String term, boolean operators, Value value) {
    Matcher match = TERM.matcher(term);
    if (!match.matches()) {
      throw ApiError.bad("unable to parse requirement: \"" + term + "\"");
    }
    String key = match.group(1);
    boolean equality = match.group(2) != null;
    if (!equality && match.group(4) == null) {
      return object -> value.of(object, key).isPresent();
    }
    if (!operators) {
      throw ApiError.bad("unable to parse requirement: \"!" + term + "\"");
    }
    String operator = match.group(equality ? 2 : 4);
    boolean wanted = !operator.equals("!=") && !operator.equals("notin");
    List<String> values = List.of(match.group(equality ? 3 : 5).trim().split("\\s*,\\s*", -1));
    return object -> value.of(object, key).filter(values::contains).isPresent() == wanted;
  }

  private static Optional<String> label(JsonNode object, String key) {
    JsonNode value = object.path("metadata").path("labels").path(key);
    return value.isMissingNode() ? Optional.empty() : Optional.of(value.asText());
  }
}
