package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors. */
final class Selectors {
  private static final String KEY = "[^\\s=!,()]+";
  private static final Pattern TERM =
      Pattern.compile(
          "!\\s*(?<not>%1$s)|(?<key>%1$s)(?:\\s*(?<is>==|=|!=)\\s*(?<one>(?:%1$s)?)"
              .concat("|\\s+(?<in>in|notin)\\s*\\((?<set>[^()]*)\\))?")
              .formatted(KEY));

  private Selectors() {}

  static Predicate<JsonNode> of(Kind kind, Call call) {
    return labels(call.text("labelSelector").orElse(""))
        .and(fields(kind, call.text("fieldSelector").orElse("")));
  }

  static Predicate<JsonNode> labels(String selector) {
    return terms(selector, (object, key) -> object.path("metadata").path("labels").path(key));
  }

  static Predicate<JsonNode> fields(Kind kind, String selector) {
    for (String term : split(selector)) {
      String field = term.split("[=!\\s]", 2)[0];
      boolean common = Set.of("metadata.name", "metadata.namespace").contains(field);
      if ((!common && !kind.fields.contains(field) || !term.contains("="))) {
        String message = "field selector \"%s\" is not served for %s";
        throw ApiError.bad(message.formatted(term, kind.plural));
      }
    }
    return terms(
        selector,
        (object, field) -> TextNode.valueOf(Json.text(object, "/" + field.replace('.', '/'))));
  }

  private static Predicate<JsonNode> terms(
      String selector, BiFunction<JsonNode, String, JsonNode> value) {
    List<Predicate<JsonNode>> all = split(selector).stream().map(t -> term(t, value)).toList();
    return object -> all.stream().allMatch(term -> term.test(object));
  }

  /** The terms between commas that are not in parentheses. */
  private static List<String> split(String selector) {
    List<String> terms = new ArrayList<>();
    int begin = 0;
    boolean set = false;
    for (int i = 0; i <= selector.length(); i++) {
      char c = i < selector.length() ? selector.charAt(i) : ',';
      set = i < selector.length() && (c == '(' || set && c != ')');
      if (c == ',' && !set) {
        terms.add(selector.substring(begin, i).trim());
        begin = i + 1;
      }
    }
    terms.removeIf(String::isEmpty);
    return terms;
  }

  private static Predicate<JsonNode> term(
      String term, BiFunction<JsonNode, String, JsonNode> value) {
    Matcher match = TERM.matcher(term);
    if (!match.matches()) {
      throw ApiError.bad("unable to parse requirement: \"" + term + "\"");
    }
    if (match.group("not") != null) {
      return object -> value.apply(object, match.group("not")).isMissingNode();
    }
    String key = match.group("key");
    if (match.group("in") == null && match.group("is") == null) {
      return object -> !value.apply(object, key).isMissingNode();
    }
    boolean set = match.group("in") != null;
    boolean wanted = !term.contains("!=") && !"notin".equals(match.group("in"));
    List<String> values = List.of(match.group(set ? "set" : "one").trim().split("\\s*,\\s*", -1));
    return object -> {
      JsonNode is = value.apply(object, key);
      return (!is.isMissingNode() && values.contains(is.asText(""))) == wanted;
    };
  }
}
