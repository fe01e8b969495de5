package dev.caravanserai.profile;

import dev.caravanserai.session.Nearest;
import dev.caravanserai.session.Pointers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlScript;

/**
 * Checks that every expression of a profile can be parsed and uses only variables that exist at its
 * place, and collects these. Evaluates nothing.
 */
final class ExpressionCheck {
  /** Variables whose fields are not known before a request. */
  private static final Set<String> OPEN = Set.of("metadata", "item");

  private static final Set<String> SPEC =
      Set.of(
          "image", "command", "args", "workingDir", "resources", "stored", "storage", "workspace");

  private final JexlEngine engine = Expressions.engine();
  private final Set<String> used = new TreeSet<>();
  private final BiConsumer<String, String> wrong;

  /**
   * @param wrong receives the JSON pointer and the description of each mistake
   */
  ExpressionCheck(ProfileFile file, BiConsumer<String, String> wrong) {
    this.wrong = wrong;
    Map<String, Set<String>> known = new TreeMap<>();
    known.put("settings", file.settings().keySet());
    check(file.namespace(), "/namespace", known);
    check(file.defaults(), "/defaults", known);
    check(file.limits(), "/limits", known);
    for (String name :
        List.of("id", "tenant", "cluster", "namespace", "profile", "container", "createdAt")) {
      known.put(name, Set.of());
    }
    known.put("names", file.names().byKind().keySet());
    known.put("metadata", Set.of());
    check(file.environment().variables(), "/environment/variables", known);
    known.put("spec", SPEC);
    check(file.labels(), "/labels", known);
    check(file.annotations(), "/annotations", known);
    known.put("env", Set.of());
    check(file.objects(), "/objects", known);
  }

  /** Variables that are used, such as {@code id} and {@code spec.image}. */
  Set<String> used() {
    return used;
  }

  private void check(Object value, String path, Map<String, Set<String>> known) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, v) -> check(v, Pointers.child(path, String.valueOf(key)), known));
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        item(list.get(i), path + "/" + i, known);
      }
    } else if (value instanceof String text) {
      text(text, path, known);
    }
  }

  private void item(Object item, String path, Map<String, Set<String>> outer) {
    Map<String, Set<String>> known = new TreeMap<>(outer);
    if (item instanceof Map<?, ?> map) {
      condition(map.get("each"), path + "/each", known);
      if (map.containsKey("each")) {
        known.put("item", Set.of());
      }
      condition(map.get("when"), path + "/when", known);
      check(Expressions.without(map, Set.of("each", "when")), path, known);
    } else {
      check(item, path, known);
    }
  }

  private void condition(Object value, String path, Map<String, Set<String>> known) {
    if (value instanceof String text && !text.startsWith("${")) {
      expression(text, path, known);
    } else {
      check(value, path, known);
    }
  }

  private void text(String text, String path, Map<String, Set<String>> known) {
    try {
      Template.of(text).parts().stream()
          .filter(Template.Part::expression)
          .forEach(part -> expression(part.text(), path, known));
    } catch (IllegalArgumentException e) {
      wrong(path, text, e.getMessage());
    }
  }

  private void expression(String expression, String path, Map<String, Set<String>> known) {
    try {
      JexlScript script = (JexlScript) engine.createExpression(expression);
      script.getVariables().forEach(variable -> variable(expression, path, known, variable));
    } catch (JexlException e) {
      wrong(path, expression, Expressions.words(e));
    }
  }

  private void variable(
      String expression, String path, Map<String, Set<String>> known, List<String> variable) {
    String root = variable.get(0);
    used.add(String.join(".", variable.subList(0, Math.min(2, variable.size()))));
    if (!known.containsKey(root)) {
      wrong(
          path, expression, "there is no %s here; %s".formatted(root, hint(root, known.keySet())));
    } else if (variable.size() > 1
        && !OPEN.contains(root)
        && !known.get(root).contains(variable.get(1))) {
      String field = variable.get(1);
      wrong(
          path,
          expression,
          "%s has no %s; %s".formatted(root, field, hint(field, known.get(root))));
    }
  }

  private static String hint(String name, Set<String> known) {
    return Nearest.of(name, known)
        .map(near -> "did you mean " + near)
        .orElse(known.isEmpty() ? "it has none" : "known are " + String.join(", ", known));
  }

  private void wrong(String path, String expression, String why) {
    wrong.accept(path, "the expression '%s' cannot be used: %s".formatted(expression, why));
  }
}
