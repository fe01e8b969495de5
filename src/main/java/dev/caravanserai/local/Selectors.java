package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors, as predicates over objects. */
final class Selectors {
  private static final Pattern SET =
      Pattern.compile("([^\\s=!,()]+)\\s+(in|notin)\\s*\\(([^()]*)\\)");
  private static final Pattern EQUAL =
      Pattern.compile("([^\\s=!,()]+)\\s*(==|=|!=)\\s*([^\\s=!,()]*)");
  private static final Pattern EXISTS = Pattern.compile("(!?)\\s*([^\\s=!,()]+)");
  private static final Set<String> EVENT_FIELDS = Set.of("reason", "type", "reportingComponent");
  private static final Set<String> POD_FIELDS =
      Set.of(
          "status.phase",
          "status.podIP",
          "spec.nodeName",
          "spec.restartPolicy",
          "spec.serviceAccountName");

  private Selectors() {}

  static Predicate<JsonNode> of(Kind kind, Query query) {
    return labels(query.text("labelSelector").orElse(""))
        .and(fields(kind, query.text("fieldSelector").orElse("")));
  }

  static Predicate<JsonNode> labels(String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : terms(selector)) {
      all = all.and(label(term));
    }
    return all;
  }

  static Predicate<JsonNode> fields(Kind kind, String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : terms(selector)) {
      Matcher match = EQUAL.matcher(term);
      if (!match.matches() || !known(kind, match.group(1))) {
        throw new ApiError(
            400,
            "BadRequest",
            "field selector \"%s\" is not served for %s".formatted(term, kind.plural));
      }
      String pointer = "/" + match.group(1).replace('.', '/');
      String value = match.group(3);
      boolean wanted = !match.group(2).equals("!=");
      all = all.and(object -> object.at(pointer).asText("").equals(value) == wanted);
    }
    return all;
  }

  private static Predicate<JsonNode> label(String term) {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      String key = set.group(1);
      List<String> values = List.of(set.group(3).trim().split("\\s*,\\s*", -1));
      return set.group(2).equals("in")
          ? object -> value(object, key).filter(values::contains).isPresent()
          : object -> value(object, key).filter(values::contains).isEmpty();
    }
    Matcher equal = EQUAL.matcher(term);
    if (equal.matches()) {
      String key = equal.group(1);
      String wanted = equal.group(3);
      return equal.group(2).equals("!=")
          ? object -> value(object, key).filter(wanted::equals).isEmpty()
          : object -> value(object, key).filter(wanted::equals).isPresent();
    }
    Matcher exists = EXISTS.matcher(term);
    if (exists.matches()) {
      boolean wanted = exists.group(1).isEmpty();
      String key = exists.group(2);
      return object -> value(object, key).isPresent() == wanted;
    }
    throw new ApiError(400, "BadRequest", "unable to parse requirement: \"" + term + "\"");
  }

  private static Optional<String> value(JsonNode object, String key) {
    return Optional.ofNullable(object.path("metadata").path("labels").get(key))
        .map(JsonNode::asText);
  }

  private static boolean known(Kind kind, String field) {
    return field.equals("metadata.name")
        || field.equals("metadata.namespace")
        || kind == Kind.POD && POD_FIELDS.contains(field)
        || kind == Kind.EVENT
            && (field.startsWith("involvedObject.") || EVENT_FIELDS.contains(field))
        || kind == Kind.SECRET && field.equals("type")
        || kind == Kind.NAMESPACE && field.equals("status.phase");
  }

  /** Splits at commas outside of parentheses. */
  private static List<String> terms(String selector) {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= selector.length(); i++) {
      char c = i == selector.length() ? ',' : selector.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && (depth == 0 || i == selector.length())) {
        terms.add(selector.substring(start, i).trim());
        start = i + 1;
      }
    }
    return terms.stream().filter(t -> !t.isEmpty()).toList();
  }
}
