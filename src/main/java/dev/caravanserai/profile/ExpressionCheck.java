package dev.caravanserai.profile;

import dev.caravanserai.session.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlScript;

/**
 * Whether every expression of a profile can be read and uses only variables that are there where it
 * stands. Evaluates nothing.
 */
final class ExpressionCheck {
  /** Variables whose fields are not known before a request. */
  private static final Set<String> OPEN = Set.of("metadata", "item");

  private static final Set<String> SPEC =
      Set.of(
          "image", "command", "args", "workingDir", "resources", "stored", "storage", "workspace");

  private final JexlEngine engine = Expressions.engine();
  private final Profile profile;
  private final Mistakes mistakes;

  ExpressionCheck(Profile profile, Mistakes mistakes) {
    this.profile = profile;
    this.mistakes = mistakes;
  }

  void all() {
    Map<String, Set<String>> known = new TreeMap<>();
    known.put("settings", profile.settings().keySet());
    check(profile.namespaceValue(), "/namespace", known);
    check(profile.defaults(), "/defaults", known);
    check(profile.limits(), "/limits", known);
    for (String name :
        List.of("id", "tenant", "cluster", "namespace", "profile", "container", "createdAt")) {
      known.put(name, Set.of());
    }
    known.put("names", profile.names().patterns().keySet());
    known.put("metadata", Set.of());
    check(profile.environment(), "/environment/variables", known);
    known.put("spec", SPEC);
    check(profile.labels(), "/labels", known);
    check(profile.annotations(), "/annotations", known);
    known.put("env", Set.of());
    check(profile.objects(), "/objects", known);
  }

  private void check(Object value, String path, Map<String, Set<String>> known) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, v) -> check(v, path + "/" + key, known));
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
      map.forEach(
          (key, value) -> {
            if (!key.equals("each") && !key.equals("when")) {
              check(value, path + "/" + key, known);
            }
          });
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
      for (Template.Part part : Template.of(text).parts()) {
        if (part.expression()) {
          expression(part.text(), path, known);
        }
      }
    } catch (IllegalArgumentException e) {
      wrong(path, text, e.getMessage());
    }
  }

  private void expression(String expression, String path, Map<String, Set<String>> known) {
    try {
      JexlScript script = (JexlScript) engine.createExpression(expression);
      for (List<String> variable : new ArrayList<>(script.getVariables())) {
        variable(expression, path, known, variable);
      }
    } catch (JexlException e) {
      wrong(path, expression, e.getDetail() == null ? "it is not valid" : e.getDetail());
    }
  }

  private void variable(
      String expression, String path, Map<String, Set<String>> known, List<String> variable) {
    String root = variable.get(0);
    if (!known.containsKey(root)) {
      wrong(path, expression, unknown(root, known.keySet()));
    } else if (variable.size() > 1 && !OPEN.contains(root)) {
      String field = variable.get(1);
      if (!known.get(root).contains(field)) {
        wrong(path, expression, "in " + root + " " + unknown(field, known.get(root)));
      }
    }
  }

  private static String unknown(String name, Set<String> known) {
    return "there is no "
        + name
        + " here; "
        + Nearest.of(name, known)
            .map(near -> "did you mean " + near)
            .orElse("there are " + String.join(", ", new TreeSet<>(known)));
  }

  private void wrong(String path, String expression, String why) {
    mistakes.in(profile.source(), path, "cannot use '%s': %s".formatted(expression, why));
  }
}
